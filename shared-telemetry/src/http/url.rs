//! URLs as spans may carry them: without credentials and without the values of a query.

use reqwest::Url;

/// `url.full` of a request: user name and password removed, each query value replaced by
/// `REDACTED`. Which parameter is a secret can't be known here, and `?token=…` is one.
pub(super) fn redacted(url: &Url) -> String {
    let mut safe = url.clone();
    // Both fail only for URLs that cannot have credentials.
    let _ = safe.set_username("");
    let _ = safe.set_password(None);
    safe.set_fragment(None);
    if url.query().is_some() {
        safe.set_query(None);
        let mut pairs = safe.query_pairs_mut();
        for (key, _) in url.query_pairs() {
            pairs.append_pair(&key, "REDACTED");
        }
        drop(pairs);
    }
    safe.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_query_values_are_gone_and_the_rest_stays() {
        let url = Url::parse("http://me:pw@shop:81/quote/A?token=s3cret&coupon=X#f").unwrap();
        assert_eq!(
            redacted(&url),
            "http://shop:81/quote/A?token=REDACTED&coupon=REDACTED"
        );
    }

    #[test]
    fn a_url_without_anything_to_hide_is_unchanged() {
        let url = Url::parse("http://shop:81/quote/A").unwrap();
        assert_eq!(redacted(&url), url.as_str());
    }
}
