//! Whether an expression that becomes a span's name holds an id or a value.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Expr, Lit};

use super::imports;

/// Words in a name of the program that promise an endless number of values.
const ENDLESS: [&str; 26] = [
    "id",
    "ids",
    "uuid",
    "guid",
    "sku",
    "email",
    "mail",
    "token",
    "session",
    "path",
    "uri",
    "url",
    "query",
    "key",
    "user",
    "username",
    "customer",
    "address",
    "addr",
    "ip",
    "number",
    "index",
    "hash",
    "timestamp",
    "offset",
    "payload",
];

/// Names bound by `let` in the function at hand, with the word that makes each endless.
pub(super) type Bound = HashMap<String, Option<String>>;

/// The part of the expression that is an id or a value, if one is.
pub(super) fn endless(expression: &Expr, bound: &Bound) -> Option<String> {
    let see = |inner: &Expr| endless(inner, bound);
    match expression {
        Expr::Macro(call) => {
            let name = imports::text(&call.mac.path);
            let formats = matches!(
                name.rsplit("::").next(),
                Some("format" | "format_args" | "concat")
            );
            formats
                .then(|| in_format(&call.mac.tokens, bound))
                .flatten()
        }
        Expr::Reference(reference) => see(&reference.expr),
        Expr::Paren(paren) => see(&paren.expr),
        Expr::Group(group) => see(&group.expr),
        Expr::Await(call) => see(&call.base),
        Expr::Try(call) => see(&call.expr),
        Expr::Cast(cast) => see(&cast.expr),
        Expr::Binary(sum) => see(&sum.left).or_else(|| see(&sum.right)),
        Expr::Index(index) => see(&index.expr),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => by_word(&name.to_string()),
            syn::Member::Unnamed(_) => see(&field.base),
        },
        Expr::Path(path) => {
            let name = imports::text(&path.path);
            match bound.get(&name) {
                Some(why) => why.clone(),
                None => by_word(name.rsplit("::").next().unwrap_or_default()),
            }
        }
        Expr::MethodCall(call) => by_word(&call.method.to_string()).or_else(|| see(&call.receiver)),
        Expr::If(branches) => {
            let last = |block: &syn::Block| match block.stmts.last() {
                Some(syn::Stmt::Expr(value, None)) => see(value),
                _ => None,
            };
            let otherwise = branches.else_branch.as_ref();
            last(&branches.then_branch).or_else(|| otherwise.and_then(|(_, other)| see(other)))
        }
        Expr::Block(block) => match block.block.stmts.last() {
            Some(syn::Stmt::Expr(value, None)) => see(value),
            _ => None,
        },
        Expr::Match(choice) => choice.arms.iter().find_map(|arm| see(&arm.body)),
        _ => None,
    }
}

/// What `format!("… {order_id} …", path)` puts in.
fn in_format(tokens: &TokenStream, bound: &Bound) -> Option<String> {
    let judge = |name: &str| match bound.get(name) {
        Some(why) => why.clone(),
        None => by_word(name),
    };
    for token in tokens.clone() {
        let found = match &token {
            TokenTree::Literal(literal) => match syn::parse_str::<Lit>(&literal.to_string()) {
                Ok(Lit::Str(text)) => placeholders(&text.value())
                    .iter()
                    .find_map(|name| judge(name)),
                _ => None,
            },
            TokenTree::Ident(ident) => judge(&ident.to_string()),
            TokenTree::Group(group) => in_format(&group.stream(), bound),
            TokenTree::Punct(_) => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The names in `{name}` and `{name:…}`.
fn placeholders(text: &str) -> Vec<String> {
    let plain = text.replace("{{", "");
    let inside = plain.split('{').skip(1);
    inside
        .filter_map(|rest| rest.split(['}', ':']).next())
        .filter(|name| !name.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

fn by_word(name: &str) -> Option<String> {
    name.split('_')
        .any(|word| ENDLESS.contains(&word))
        .then(|| name.to_owned())
}
