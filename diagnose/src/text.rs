//! A diagnosis, as text for a terminal.

use std::fmt::Write as _;

use crate::verdict::{Diagnosis, Mistake, Verdict};

/// `diagnosis` in words. What comes from the request is shown with its control characters escaped.
#[must_use]
pub fn text(diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", headline(diagnosis));
    for mistake in &diagnosis.mistakes {
        let Mistake { id, what, fix, at } = mistake;
        let _ =
            writeln!(text, "\n  {id}\n    what  {what}\n    fix   {fix}\n    at    {}", shown(at));
    }
    for also in &diagnosis.alternatives {
        let names: Vec<_> = also.iter().map(|mistake| mistake.id).collect();
        let _ = writeln!(text, "\n  The same signature also follows from: {}", names.join(" + "));
    }
    if let Some(proof) = &diagnosis.proof {
        let _ = writeln!(text, "\nProof: {proof}.");
    }
    let right = diagnosis.right.as_ref();
    if let Some(sent) = &diagnosis.sent_signature {
        let _ = writeln!(text, "\n  sent signature   {}", shown(sent));
    }
    if let Some(signature) = right.and_then(|right| right.signature.as_ref()) {
        let _ = writeln!(text, "  right signature  {signature}");
    }
    if let Some(right) = right.filter(|_| diagnosis.verdict != Verdict::Valid) {
        block(&mut text, "The right canonical request", &right.canonical_request);
        block(&mut text, "The right string to sign", &right.string_to_sign);
    }
    for note in &diagnosis.notes {
        let _ = writeln!(text, "\nnote: {}", shown(note));
    }
    if diagnosis.tried > 0 {
        let Diagnosis { tried, elapsed_ms, .. } = diagnosis;
        let _ = writeln!(text, "\nTried {tried} hypotheses in {elapsed_ms:.1} ms.");
    }
    text
}

fn headline(diagnosis: &Diagnosis) -> String {
    match (diagnosis.verdict, diagnosis.mistakes.len()) {
        (Verdict::Valid, _) => "The signature is right.".to_owned(),
        (Verdict::Explained, 1) => "The signature is explained by one mistake:".to_owned(),
        (Verdict::Explained, count) => {
            format!("The signature is explained by {count} mistakes together:")
        }
        (Verdict::Malformed, _) => "The signature cannot be read:".to_owned(),
        (Verdict::SecretUnrelated, _) => {
            "No known mistake makes this signature with this secret.".to_owned()
        }
        (Verdict::Unexplained, _) => "Nothing was searched, because there is no secret.".to_owned(),
    }
}

fn block(text: &mut String, heading: &str, lines: &str) {
    let _ = writeln!(text, "\n{heading}:");
    for line in lines.split('\n') {
        let _ = writeln!(text, "  {}", shown(line));
    }
}

/// `text` on one line, control characters escaped.
fn shown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || ('\u{200b}'..='\u{202e}').contains(&character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}
