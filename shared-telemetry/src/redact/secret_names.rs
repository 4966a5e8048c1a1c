//! Names that say that their value is a secret.

use super::Kind;

/// A name, in lower case and without `_` and `-`.
struct Name {
    text: &'static str,
    kind: Kind,
    /// How long a name it is may be: as long as this one, or longer.
    longer: bool,
    /// The last byte, here and not behind a pointer: it rules nearly all of them out.
    last: u8,
}

const fn whole(text: &'static str, kind: Kind) -> Name {
    let last = text.as_bytes()[text.len() - 1];
    Name {
        text,
        kind,
        longer: false,
        last,
    }
}

/// The end of a name: `db_password`, `X-Api-Key`, `accessToken` are secrets too.
const fn ending(text: &'static str, kind: Kind) -> Name {
    Name {
        longer: true,
        ..whole(text, kind)
    }
}

const NAMES: &[Name] = &[
    whole("auth", Kind::Credentials),
    whole("xauth", Kind::Credentials),
    whole("awsaccesskeyid", Kind::Secret),
    whole("csrf", Kind::Secret),
    whole("xsrf", Kind::Secret),
    whole("cvc", Kind::Card),
    whole("cvv", Kind::Card),
    whole("cvv2", Kind::Card),
    whole("pan", Kind::Card),
    // Whoever knows it is answered as the one who sent it first.
    whole("idempotencykey", Kind::Secret),
    whole("jsessionid", Kind::Cookie),
    whole("phpsessid", Kind::Cookie),
    whole("sid", Kind::Cookie),
    whole("mail", Kind::Email),
    whole("otp", Kind::Secret),
    whole("pin", Kind::Secret),
    whole("sig", Kind::Secret),
    ending("authorization", Kind::Credentials),
    ending("credential", Kind::Credentials),
    ending("credentials", Kind::Credentials),
    ending("cookie", Kind::Cookie),
    ending("sessionid", Kind::Cookie),
    ending("token", Kind::Secret),
    ending("password", Kind::Secret),
    ending("passwd", Kind::Secret),
    ending("passphrase", Kind::Secret),
    ending("passcode", Kind::Secret),
    ending("pwd", Kind::Secret),
    ending("secret", Kind::Secret),
    ending("apikey", Kind::Secret),
    ending("accesskey", Kind::Secret),
    ending("secretkey", Kind::Secret),
    ending("privatekey", Kind::Secret),
    ending("signature", Kind::Secret),
    ending("jwt", Kind::Jwt),
    ending("email", Kind::Email),
    ending("emailaddress", Kind::Email),
    ending("cardnumber", Kind::Card),
    ending("ccnumber", Kind::Card),
    ending("iban", Kind::Iban),
];

/// The letters with which names end.
const LASTS: [bool; 256] = {
    let mut lasts = [false; 256];
    let mut at = 0;
    while at < NAMES.len() {
        lasts[NAMES[at].last as usize] = true;
        at += 1;
    }
    lasts
};

/// The longest name that is looked at; of a longer one its end.
pub(super) const MAX_LEN: usize = 40;

/// What a name says about its value, in whatever case and with whatever dashes it is written.
/// `own` are the program's own names.
pub(super) fn kind_of(name: &[u8], own: &[&str]) -> Option<Kind> {
    let last = name.last()?.to_ascii_lowercase();
    if LASTS[usize::from(last)] {
        let mut likely = NAMES.iter().filter(|known| known.last == last);
        if let Some(found) = likely.find(|known| is(name, known.text, known.longer)) {
            return Some(found.kind);
        }
    }
    own.iter()
        .any(|own| is(name, own, false))
        .then_some(Kind::Secret)
}

/// Whether a name is `known`, or a longer one that ends so. Read from the end.
fn is(name: &[u8], known: &str, longer: bool) -> bool {
    let name = &name[name.len().saturating_sub(MAX_LEN)..];
    let letters = name.iter().rev().filter(|byte| !b"_-".contains(byte));
    let mut letters = letters.map(u8::to_ascii_lowercase);
    known.bytes().rev().all(|byte| letters.next() == Some(byte))
        && (longer || letters.next().is_none())
}

/// True when the whole rest of a line is the value: these are headers with several parts.
pub(super) fn takes_the_line(kind: Kind) -> bool {
    matches!(kind, Kind::Credentials | Kind::Cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name_however_it_is_written() {
        for (name, kind) in [
            ("Authorization", Kind::Credentials),
            ("proxy-authorization", Kind::Credentials),
            ("Set-Cookie", Kind::Cookie),
            ("X-API-Key", Kind::Secret),
            ("DB_PASSWORD", Kind::Secret),
            ("accessToken", Kind::Secret),
            ("customerEmail", Kind::Email),
            ("voucher", Kind::Secret),
        ] {
            assert_eq!(
                kind_of(name.as_bytes(), &["voucher"]),
                Some(kind),
                "{name:?}"
            );
        }
        for name in ["", "_", "tokens", "key", "id", "voucher", "secretary"] {
            assert_eq!(kind_of(name.as_bytes(), &[]), None, "{name:?}");
        }
    }

    #[test]
    fn no_name_of_the_dictionary_is_taken_for_a_secret() {
        for entry in crate::names::all() {
            let last = entry.name.rsplit('.').next().unwrap();
            assert_eq!(kind_of(last.as_bytes(), &[]), None, "{}", entry.name);
        }
    }
}
