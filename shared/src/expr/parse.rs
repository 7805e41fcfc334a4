//! Tokens to a tree, by precedence climbing.
//!
//! winnow reads the tokens; the climbing is by hand, because winnow's `expression` can neither bound
//! its recursion nor say what is wrong at the operand that it gave up on.
//!
//! Invariants: no text makes it recurse deeper than [`MAX_DEPTH`]; no tree is higher than
//! [`MAX_HEIGHT`], so that walking it recursively is safe too.

use std::ops::Range;
use std::str::FromStr;

use super::ast::{BinaryOp, Expr, Node, TimeSpan, TimeUnit, UnaryOp};
use super::check::{check, check_value};
use super::error::{ParseError, ParseProblem};
use super::function::Function;
use super::lex::{self, Kind, Token, excerpt};

/// The longest text that is parsed, in bytes.
pub const MAX_TEXT_BYTES: usize = 16_384;
/// How deep parentheses, calls and operators that bind from the right can be nested.
pub const MAX_DEPTH: usize = 128;
/// How many operators can build on one another: `a + b + c` is two high.
pub const MAX_HEIGHT: usize = 256;

impl Expr {
    /// Parses an expression; see the [language](super).
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut parser = Parser::new(text)?;
        let expr = parser.whole_value()?;
        parser.expect_end()?;
        Ok(expr)
    }
}

impl FromStr for Expr {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    next: usize,
    depth: usize,
}

/// A part of the tree, with what the parser has to know about it.
struct Parsed {
    expr: Expr,
    height: usize,
    in_parentheses: bool,
}

impl Parsed {
    const fn leaf(node: Node, at: Range<usize>) -> Self {
        Self {
            expr: Expr { node, at },
            height: 0,
            in_parentheses: false,
        }
    }

    fn is_open_comparison(&self) -> bool {
        !self.in_parentheses
            && matches!(&self.expr.node, Node::Binary { op, .. } if op.is_comparison())
    }
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, ParseError> {
        let error = |at, problem| Err(ParseError::new(at, problem));
        let len_bytes = text.len();
        if len_bytes > MAX_TEXT_BYTES {
            return error(0..len_bytes, ParseProblem::TooLong { len_bytes });
        }
        let tokens = lex::tokens(text);
        if tokens.is_empty() {
            return error(0..len_bytes, ParseProblem::Empty);
        }
        Ok(Self {
            text,
            tokens,
            next: 0,
            depth: 0,
        })
    }

    /// A value that is no part of anything else.
    pub(super) fn whole_value(&mut self) -> Result<Expr, ParseError> {
        let whole = self.climb(0)?;
        check_value(&whole.expr)?;
        Ok(whole.expr)
    }

    pub(super) fn expect_end(&self) -> Result<(), ParseError> {
        self.peek()
            .map_or(Ok(()), |token| Err(self.leftover(token)))
    }

    /// `for`, `at least` and a duration, if they are there.
    pub(super) fn at_least(&mut self) -> Result<Option<TimeSpan>, ParseError> {
        if !self.take(&Kind::For) {
            return Ok(None);
        }
        if self.take_word("at") {
            self.take_word("least");
        }
        let at = self.here();
        let found = self.peek().map(|token| self.shown(token));
        if let Some(Kind::Number(value)) = self.peek().map(|token| &token.kind) {
            let value = *value;
            self.next += 1;
            if let Node::Duration(span) = self.with_unit(value, at.clone())?.expr.node {
                return Ok(Some(span));
            }
        }
        Err(ParseError::new(
            at,
            ParseProblem::ExpectedDuration { found },
        ))
    }

    /// An expression whose operators bind at least as tightly as `min`.
    fn climb(&mut self, min: u8) -> Result<Parsed, ParseError> {
        if self.depth >= MAX_DEPTH {
            return Err(ParseError::new(self.here(), ParseProblem::TooDeep));
        }
        self.depth += 1;
        let mut left = self.operand()?;
        while let Some(Kind::Op(op)) = self.peek().map(|token| &token.kind) {
            let op = *op;
            if op.precedence() < min {
                break;
            }
            if op.is_comparison() && left.is_open_comparison() {
                return Err(ParseError::new(
                    self.here(),
                    ParseProblem::ChainedComparison,
                ));
            }
            self.next += 1;
            let from_the_right = op == BinaryOp::Pow;
            let right = self.climb(op.precedence() + u8::from(!from_the_right))?;
            left = binary(left, op, right)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Parsed, ParseError> {
        let Some(token) = self.peek().cloned() else {
            return Err(self.expected_value());
        };
        self.next += 1;
        let at = token.at;
        match token.kind {
            Kind::Number(value) => self.with_unit(value, at),
            Kind::Text(text) => Ok(Parsed::leaf(Node::Text(text), at)),
            Kind::Quoted(name) => Ok(Parsed::leaf(Node::Signal(name), at)),
            Kind::Name(name) if self.peek().is_some_and(|next| next.kind == Kind::Open) => {
                self.call(name, at)
            }
            Kind::Name(name) if lex::is_bare(name) => {
                Ok(Parsed::leaf(Node::Signal(name.to_owned()), at))
            }
            Kind::Op(BinaryOp::Sub) => self.unary(UnaryOp::Neg, at),
            Kind::Not => self.unary(UnaryOp::Not, at),
            Kind::Open => self.parentheses(&at),
            Kind::Bad(problem) => Err(ParseError::new(at, problem)),
            Kind::Name(_) => {
                // `if` without its condition
                let problem = ParseProblem::ArgumentCount {
                    function: Function::If,
                    given: 0,
                };
                Err(ParseError::new(at, problem))
            }
            Kind::Op(_) | Kind::For | Kind::Close | Kind::Comma => {
                self.next -= 1;
                Err(self.expected_value())
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, at: Range<usize>) -> Result<Parsed, ParseError> {
        let operand = self.climb(op.precedence())?;
        let at = at.start..operand.expr.at.end;
        let height = operand.height;
        let operand = Box::new(operand.expr);
        checked(Node::Unary { op, operand }, at, height)
    }

    fn parentheses(&mut self, open: &Range<usize>) -> Result<Parsed, ParseError> {
        let inner = self.climb(0)?;
        let end = self.here().end;
        if !self.take(&Kind::Close) {
            return Err(self.unclosed(open));
        }
        Ok(Parsed {
            expr: Expr {
                at: open.start..end,
                ..inner.expr
            },
            in_parentheses: true,
            ..inner
        })
    }

    fn call(&mut self, name: &str, at: Range<usize>) -> Result<Parsed, ParseError> {
        let Some(function) = Function::by_name(name) else {
            let problem = ParseProblem::UnknownFunction {
                name: excerpt(name),
                nearest: Function::nearest_name(name),
            };
            return Err(ParseError::new(at, problem));
        };
        let open = self.here();
        self.next += 1;
        let mut arguments = Vec::new();
        let mut height = 0;
        let mut end = self.here().end;
        if !self.take(&Kind::Close) {
            loop {
                let argument = self.climb(0)?;
                height = height.max(argument.height);
                arguments.push(argument.expr);
                end = self.here().end;
                if self.take(&Kind::Close) {
                    break;
                }
                if !self.take(&Kind::Comma) {
                    return Err(self.unclosed(&open));
                }
            }
        }
        let node = Node::Call {
            function,
            arguments,
        };
        checked(node, at.start..end, height)
    }

    /// A number and the unit that follows it, if one does.
    fn with_unit(&mut self, value: f64, at: Range<usize>) -> Result<Parsed, ParseError> {
        let unit = match self.peek() {
            Some(Token {
                kind: Kind::Name(name),
                at,
            }) => Some((*name, at.clone())),
            _ => None,
        };
        let Some((name, unit_at)) = unit else {
            return Ok(Parsed::leaf(Node::Number(value), at));
        };
        let node = if let Some(unit) = TimeUnit::by_name(name) {
            Node::Duration(TimeSpan { value, unit })
        } else if name.eq_ignore_ascii_case("hz") {
            Node::Frequency(value)
        } else {
            let unit = excerpt(name);
            return Err(ParseError::new(unit_at, ParseProblem::UnknownUnit { unit }));
        };
        self.next += 1;
        Ok(Parsed::leaf(node, at.start..unit_at.end))
    }

    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, kind: &Kind<'_>) -> bool {
        let found = self.peek().is_some_and(|token| token.kind == *kind);
        self.next += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(
            |token| matches!(token.kind, Kind::Name(name) if name.eq_ignore_ascii_case(word)),
        );
        self.next += usize::from(found);
        found
    }

    /// Where the next token stands; the end of the text after the last one.
    fn here(&self) -> Range<usize> {
        let end = self.text.len()..self.text.len();
        self.peek().map_or(end, |token| token.at.clone())
    }

    fn shown(&self, token: &Token<'_>) -> String {
        excerpt(self.text.get(token.at.clone()).unwrap_or_default())
    }

    fn expected_value(&self) -> ParseError {
        if let Some(Token {
            kind: Kind::Bad(problem),
            at,
        }) = self.peek()
        {
            return ParseError::new(at.clone(), problem.clone());
        }
        let before = self.next.checked_sub(1);
        let before = before.and_then(|before| self.tokens.get(before));
        let problem = ParseProblem::ExpectedValue {
            after: before.map(|token| self.shown(token)),
            found: self.peek().map(|token| self.shown(token)),
        };
        ParseError::new(self.here(), problem)
    }

    fn unclosed(&self, open: &Range<usize>) -> ParseError {
        match self.peek() {
            None => ParseError::new(open.clone(), ParseProblem::UnclosedParenthesis),
            Some(token) => self.leftover(token),
        }
    }

    /// What is wrong with a token that stands where the expression could have ended.
    fn leftover(&self, token: &Token<'_>) -> ParseError {
        let problem = match &token.kind {
            Kind::Bad(problem) => problem.clone(),
            Kind::Close => ParseProblem::UnopenedParenthesis,
            Kind::Comma => ParseProblem::StrayComma,
            Kind::For => ParseProblem::MisplacedFor,
            _ => ParseProblem::ExpectedOperator {
                found: self.shown(token),
            },
        };
        ParseError::new(token.at.clone(), problem)
    }
}

fn binary(left: Parsed, op: BinaryOp, right: Parsed) -> Result<Parsed, ParseError> {
    let at = left.expr.at.start..right.expr.at.end;
    let height = left.height.max(right.height);
    let node = Node::Binary {
        op,
        left: Box::new(left.expr),
        right: Box::new(right.expr),
    };
    checked(node, at, height)
}

/// A node on top of others that are `height` high.
fn checked(node: Node, at: Range<usize>, height: usize) -> Result<Parsed, ParseError> {
    let expr = Expr { node, at };
    check(&expr)?;
    if height >= MAX_HEIGHT {
        return Err(ParseError::new(expr.at, ParseProblem::TooHigh));
    }
    Ok(Parsed {
        expr,
        height: height + 1,
        in_parentheses: false,
    })
}
