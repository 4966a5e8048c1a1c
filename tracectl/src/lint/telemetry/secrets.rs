//! Secrets by their form and by their names.

/// What stands for a secret that was taken out.
const REDACTED: [&str; 5] = ["", "REDACTED", "[REDACTED]", "***", "xxx"];

const HEADERS: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];

/// Words that name a secret, for parameters and for the last part of a key.
const NAMES: [&str; 22] = [
    "token",
    "access_token",
    "refresh_token",
    "id_token",
    "auth_token",
    "payment_token",
    "session_token",
    "api_key",
    "apikey",
    "api-key",
    "key",
    "secret",
    "client_secret",
    "password",
    "passwd",
    "pwd",
    "sig",
    "signature",
    "x-amz-signature",
    "jwt",
    "auth",
    "sessionid",
];

/// A header of credentials under its own key, `Bearer …` or `Basic …` anywhere, a JSON Web
/// Token, or a user with a password in a URL.
pub(super) fn in_authorization(key: &str, text: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or_default();
    if HEADERS.contains(&last.to_ascii_lowercase().as_str()) && !is_redacted(text) {
        return true;
    }
    scheme(text, "Bearer ") || scheme(text, "Basic ") || has_jwt(text) || has_userinfo(text)
}

fn scheme(text: &str, scheme: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let scheme = scheme.to_ascii_lowercase();
    lower.match_indices(&scheme).any(|(at, _)| {
        let begins = !lower[..at].ends_with(|c: char| c.is_alphanumeric());
        let credentials = text[at + scheme.len()..]
            .split(|c: char| c.is_whitespace() || "\"',;".contains(c))
            .next()
            .unwrap_or_default();
        // "basic authentication" is a phrase; credentials have digits, padding or capitals.
        let looks_random = credentials
            .bytes()
            .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'=');
        begins && credentials.len() >= 8 && looks_random && !is_redacted(credentials)
    })
}

fn has_jwt(text: &str) -> bool {
    let of_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.match_indices("eyJ").any(|(at, _)| {
        let token = text[at..]
            .split(|c| !of_token(c))
            .next()
            .unwrap_or_default();
        token.split('.').filter(|part| part.len() >= 4).count() >= 3
    })
}

fn has_userinfo(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let authority = text[at + 3..]
            .split(|c: char| c.is_whitespace() || "/?#\"'".contains(c))
            .next()
            .unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.and_then(|user| user.split_once(':'))
            .is_some_and(|(_, password)| !is_redacted(password))
    })
}

/// A parameter of a query, such as `?token=…`.
pub(super) fn in_query(text: &str) -> bool {
    text.match_indices(['?', '&']).any(|(at, _)| {
        let parameter = text[at + 1..]
            .split(|c: char| c.is_whitespace() || "&#\"'".contains(c))
            .next()
            .unwrap_or_default();
        parameter
            .split_once('=')
            .is_some_and(|(name, value)| is_secret(name) && !is_redacted(value))
    })
}

/// A value whose key says that it is a secret. A record's key in Kafka is none.
pub(super) fn under_its_name(key: &str, text: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or_default();
    is_secret(last) && !matches!(last, "key" | "auth") && !is_redacted(text)
}

fn is_secret(name: &str) -> bool {
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

fn is_redacted(text: &str) -> bool {
    let text = text.trim();
    // Percent-encoded brackets, too.
    REDACTED.contains(&text) || text == "%5BREDACTED%5D"
}
