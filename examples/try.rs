//! try
use std::io::BufWriter;
fn main() {
    syswall::sys::initial::block_signals(true).unwrap();
    let argv: Vec<_> = std::env::args_os().skip(2).collect();
    let out = std::env::args().nth(1).unwrap();
    let launch =
        syswall::sys::launch::Launch { program: argv[0].clone().into(), argv, cwd: None, terminal: None, env: vec![] };
    let t = syswall::tracer::start(syswall::tracer::Setup {
        launch,
        rules: Default::default(),
        events: None,
        trace: (out != "no")
            .then(|| syswall::tracer::TraceText::new(Box::new(BufWriter::new(std::fs::File::create(out).unwrap())))),
        protected: vec![],
        forward_signals: true,
    })
    .unwrap();
    while let Ok(m) = t.messages.recv_blocking() {
        if let syswall::tracer::Message::Ended(e) = m {
            eprintln!("{e:?}");
            std::process::exit(e.status.map_or(125, |s| s.shell_code()));
        }
    }
}
