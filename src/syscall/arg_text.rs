//! What is shown of a call's arguments, from its entry to its exit.

/// The rendered arguments of one call; kept from entry to exit and reusable from call to call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgText {
    /// Joined by `, `.
    pub text: String,
    /// Where each argument of the row begins and ends in `text`; `None`: it is left out of this call.
    pub(super) spans: Vec<Option<(u32, u32)>>,
    /// What the entry left for the exit (such as a length before the kernel changed it).
    pub(super) kept: Vec<u64>,
    /// How much of `text` was there at the entry, with the comma that strace writes before it waits for the rest.
    pub(super) entry: usize,
    /// Whether the entry left arguments for the exit.
    pub(super) pending: bool,
    /// Where the argument begins whose text goes on at the exit.
    pub(super) begun: Option<u32>,
}

impl ArgText {
    /// The arguments one by one, without those left out.
    pub fn args(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().flatten().map(|(start, end)| &self.text[*start as usize..*end as usize])
    }

    /// The text of argument `i` of the row, if it is rendered by now and not left out.
    pub fn get(&self, i: usize) -> Option<&str> {
        let (start, end) = (*self.spans.get(i)?)?;
        self.text.get(start as usize..end as usize)
    }

    /// How many arguments are shown so far.
    pub fn len(&self) -> usize {
        self.spans.iter().flatten().count()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where each argument that is shown begins and ends in `text`.
    pub fn spans(&self) -> impl Iterator<Item = (u32, u32)> {
        self.spans.iter().flatten().copied()
    }

    /// Arguments that were rendered before, as a recording holds them: `spans` says where each begins and ends in `text`,
    /// `entry` how much of it was there at the entry. What does not lie within the text is left out.
    pub fn from_parts(text: String, spans: &[(u32, u32)], entry: usize) -> ArgText {
        let good = |(start, end): &(u32, u32)| text.get(*start as usize..*end as usize).is_some();
        let spans = spans.iter().filter(|s| good(s)).map(|s| Some(*s)).collect();
        let entry = if text.is_char_boundary(entry) { entry } else { text.len() };
        ArgText { text, spans, entry, ..ArgText::default() }
    }

    /// These arguments, all known at the entry.
    pub fn of(args: &[&str]) -> ArgText {
        let text = args.join(", ");
        let mut at = 0;
        let spans = args.iter().map(|arg| {
            let start = at;
            at += arg.len() as u32 + 2;
            Some((start, start + arg.len() as u32))
        });
        ArgText { spans: spans.collect(), entry: text.len(), text, ..ArgText::default() }
    }

    /// Empties it, keeping the buffers.
    pub fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.kept.clear();
        self.entry = 0;
        self.pending = false;
        self.begun = None;
    }

    /// What strace had written at the entry: the arguments known then, with `, ` where more follow at the exit.
    /// ` <unfinished ...>` comes behind it.
    pub fn at_entry(&self) -> &str {
        &self.text[..self.entry.min(self.text.len())]
    }

    /// What the exit added: what strace writes behind `<... call resumed>`.
    pub fn at_exit(&self) -> &str {
        &self.text[self.entry.min(self.text.len())..]
    }

    /// Whether arguments are still to come at the exit.
    pub fn is_pending(&self) -> bool {
        self.pending
    }
}
