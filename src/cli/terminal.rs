//! A run without windows: questions are asked on the terminal, answered unattended, or denied.

use std::collections::VecDeque;

use async_channel::TryRecvError;

use super::ask::TerminalAsker;
use crate::i18n::tr;
use crate::policy::Decision;
use crate::policy::answer::{Choice, HowLong, WhatScope, WhoScope};
use crate::session::{ENGINE_DIED, Options, Session, start};
use crate::tracer::{Ended, Message, Question, QuestionId};

/// Runs the program to its end. Returns the exit status of the command (contract 2). The calling thread is the front
/// end.
pub fn run(options: Options) -> i32 {
    let asks = options.answer.is_none();
    let mut session = match start(options) {
        Ok(session) => session,
        Err(error) => {
            eprintln!("syswall: {error}");
            return error.exit_code;
        }
    };
    let asker = if asks { TerminalAsker::open() } else { None };
    let mut waiting: VecDeque<Message> = VecDeque::new();
    let mut told = false;
    let ended = loop {
        let Some(message) = waiting.pop_front().or_else(|| session.messages.recv_blocking().ok()) else {
            break Ended { status: None, failure: Some(ENGINE_DIED), progress: Default::default() };
        };
        match message {
            Message::Question(question) => {
                let choice = match &asker {
                    Some(asker) => ask(asker, &session, &question, &mut waiting),
                    None => {
                        if !told {
                            told = true;
                            let text =
                                tr("there is no terminal to ask on, so what is not allowed by the policy is denied");
                            eprintln!("syswall: {text}");
                        }
                        Some(once(Decision::Deny))
                    }
                };
                if let Some(choice) = choice
                    && let Err(error) = session.answer(&question, &choice)
                {
                    eprintln!("syswall: {error}");
                }
            }
            Message::Ended(ended) => break ended,
            Message::Heartbeat => session.handle.alive(),
            Message::Started { .. } | Message::Waiting { .. } | Message::Withdrawn { .. } | Message::Progress(_) => {}
        }
    };
    let (code, failure) = session.finish(&ended);
    if let Some(failure) = failure {
        eprintln!("syswall: {failure}");
    }
    code
}

fn once(decision: Decision) -> Choice {
    Choice { decision, errno: None, what: WhatScope::Exact, who: WhoScope::Run, how_long: HowLong::Once }
}

/// Asks; `None`: the question was withdrawn. What else comes meanwhile is kept in `waiting`.
fn ask(
    asker: &TerminalAsker,
    session: &Session,
    question: &Question,
    waiting: &mut VecDeque<Message>,
) -> Option<Choice> {
    if is_withdrawn(question.id, waiting) {
        return None;
    }
    let mut withdrawn = || {
        loop {
            match session.messages.try_recv() {
                Ok(Message::Heartbeat) => session.handle.alive(),
                Ok(message) => keep(message, question.id, waiting),
                Err(TryRecvError::Empty) => return is_withdrawn(question.id, waiting),
                Err(TryRecvError::Closed) => return true,
            }
        }
    };
    session.handle.terminal(true);
    let choice = asker.ask(question, &session.place, &mut withdrawn);
    session.handle.terminal(false);
    choice
}

/// Keeps `message` for later, and of all that is kept only what still matters: while one question is thought about, a
/// program can raise and drop thousands.
fn keep(message: Message, current: QuestionId, waiting: &mut VecDeque<Message>) {
    match message {
        Message::Started { .. } | Message::Waiting { .. } | Message::Progress(_) => {}
        Message::Withdrawn { id, .. } if id != current => {
            waiting.retain(|m| !matches!(m, Message::Question(question) if question.id == id));
        }
        message => waiting.push_back(message),
    }
}

fn is_withdrawn(wanted: QuestionId, waiting: &VecDeque<Message>) -> bool {
    waiting.iter().any(|m| match m {
        Message::Withdrawn { id, .. } => *id == wanted,
        Message::Ended(_) => true,
        _ => false,
    })
}
