//! The walk through a file that shows the rules every loop, call and macro in it.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, ExprMethodCall, Macro, Token};

use super::imports;
use super::rules::{BARE, LOOPING_METHODS, NAMING_CALLS, NAMING_METHODS, Rules};

impl Rules<'_> {
    /// What a macro was given: expressions, statements, or something of its own.
    fn see_tokens(&mut self, tokens: &TokenStream) {
        let list = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(expressions) = syn::parse::Parser::parse2(list, tokens.clone()) {
            expressions.iter().for_each(|each| self.visit_expr(each));
        } else if let Ok(statements) =
            syn::parse::Parser::parse2(Block::parse_within, tokens.clone())
        {
            statements.iter().for_each(|each| self.visit_stmt(each));
        } else {
            self.scan(tokens);
        }
    }

    /// A language of the macro's own, such as that of `select!`: what looks like a path or a
    /// macro is taken for one, and what is in brackets is tried again.
    fn scan(&mut self, tokens: &TokenStream) {
        let mut path = String::new();
        for token in tokens.clone() {
            match &token {
                TokenTree::Ident(ident) => {
                    if !path.is_empty() && !path.ends_with(':') {
                        path.clear();
                    }
                    path.push_str(&ident.to_string());
                    let full = self.imports.resolve(&path);
                    if BARE.contains(&full.as_str()) {
                        self.found_bare_spawn(&full, ident.span());
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => path.push(':'),
                TokenTree::Punct(punct) if punct.as_char() == '!' => {
                    if self.is_span_macro(&path) {
                        self.found_span(&path, punct.span());
                    }
                    path.clear();
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                    self.scan(&group.stream());
                }
                TokenTree::Group(group) => {
                    path.clear();
                    self.see_tokens(&group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => path.clear(),
            }
        }
    }

    fn looping(&mut self, visit: impl FnOnce(&mut Self)) {
        self.context.loops += 1;
        visit(self);
        self.context.loops -= 1;
    }

    /// A task of its own: not repeated by the loop that starts it.
    fn apart(&mut self, visit: impl FnOnce(&mut Self)) {
        let outside = self.context.begin();
        visit(self);
        self.context.end(outside);
    }
}

impl<'ast> Visit<'ast> for Rules<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let outside = self.context.enter(&item.attrs);
        self.apart(|rules| visit::visit_item_fn(rules, item));
        self.context.leave(outside);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let outside = self.context.enter(&item.attrs);
        self.apart(|rules| visit::visit_impl_item_fn(rules, item));
        self.context.leave(outside);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let outside = self.context.enter(&item.attrs);
        visit::visit_item_mod(self, item);
        self.context.leave(outside);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let outside = self.context.enter(&local.attrs);
        visit::visit_local(self, local);
        self.context.leave(outside);
        if let (syn::Pat::Ident(name), Some(value)) = (&local.pat, &local.init) {
            let why = super::ids::endless(&value.expr, &self.context.bound);
            self.context.bound.insert(name.ident.to_string(), why);
        }
    }

    fn visit_expr_for_loop(&mut self, expression: &'ast syn::ExprForLoop) {
        self.visit_expr(&expression.expr);
        self.looping(|rules| rules.visit_block(&expression.body));
    }

    fn visit_expr_while(&mut self, expression: &'ast syn::ExprWhile) {
        self.looping(|rules| visit::visit_expr_while(rules, expression));
    }

    fn visit_expr_loop(&mut self, expression: &'ast syn::ExprLoop) {
        self.looping(|rules| rules.visit_block(&expression.body));
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let full = self.imports.resolve(&imports::text(&path.path));
        if BARE.contains(&full.as_str()) {
            let at = path
                .path
                .segments
                .last()
                .map_or_else(Span::call_site, |last| last.ident.span());
            self.found_bare_spawn(&full, at);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        self.visit_expr(&call.func);
        let Expr::Path(path) = &*call.func else {
            call.args.iter().for_each(|each| self.visit_expr(each));
            return;
        };
        let full = self.imports.resolve(&imports::text(&path.path));
        if NAMING_CALLS.iter().any(|name| full.ends_with(name))
            && let (Some(name), Some(last)) = (call.args.first(), path.path.segments.last())
        {
            self.judge_name(name, last.ident.span());
        }
        let arguments = |rules: &mut Self| call.args.iter().for_each(|each| rules.visit_expr(each));
        let last = full.rsplit("::").next().unwrap_or_default();
        if last.starts_with("spawn") {
            self.apart(arguments);
        } else {
            arguments(self);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let method = call.method.to_string();
        let at = call.method.span();
        if method == "spawn" && self.root_of(&call.receiver) == "std::thread::Builder" {
            self.found_bare_spawn("std::thread::Builder::spawn", at);
        }
        let of_tracer = matches!(&*call.receiver, Expr::Path(path)
            if imports::text(&path.path).contains("tracer"));
        let starts =
            of_tracer && matches!(method.as_str(), "start" | "start_with_context" | "in_span");
        if starts {
            self.found_span(&format!("tracer.{method}"), at);
        }
        if (NAMING_METHODS.contains(&method.as_str()) || starts)
            && let Some(name) = call.args.first()
        {
            self.judge_name(name, at);
        }
        self.visit_expr(&call.receiver);
        let arguments = |rules: &mut Self| call.args.iter().for_each(|each| rules.visit_expr(each));
        if LOOPING_METHODS.contains(&method.as_str()) {
            self.looping(arguments);
        } else if method.starts_with("spawn") {
            self.apart(arguments);
        } else {
            arguments(self);
        }
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let path = imports::text(&call.path);
        let at = call
            .path
            .segments
            .last()
            .map_or_else(Span::call_site, |last| last.ident.span());
        if self.is_span_macro(&path) {
            self.found_span(&path, at);
            self.judge_fields(&call.tokens, at);
        } else {
            self.see_tokens(&call.tokens);
        }
    }
}
