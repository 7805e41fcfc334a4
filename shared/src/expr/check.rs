//! Which parts of a tree may stand where: the rules of [`Node`] that its type does not state.
//!
//! Each check looks at one node and what stands directly in it; whoever builds or walks a tree
//! checks every node once.

use super::ast::{Expr, Node};
use super::error::{ParseError, ParseProblem};
use super::function::{Function, Takes};

/// Checks what stands in a node.
pub(super) fn check(expr: &Expr) -> Result<(), ParseError> {
    match &expr.node {
        Node::Number(_)
        | Node::Duration(_)
        | Node::Frequency(_)
        | Node::Text(_)
        | Node::Signal(_) => Ok(()),
        Node::Unary { operand, .. } => check_value(operand),
        Node::Binary { op, left, right } => match (&left.node, &right.node) {
            (Node::Signal(_), Node::Text(_)) | (Node::Text(_), Node::Signal(_))
                if op.takes_text() =>
            {
                Ok(())
            }
            _ => check_value(left).and_then(|()| check_value(right)),
        },
        Node::Call {
            function,
            arguments,
        } => check_call(expr, *function, arguments),
    }
}

/// Checks that a node has a value of its own.
pub(super) fn check_value(expr: &Expr) -> Result<(), ParseError> {
    let problem = match expr.node {
        Node::Text(_) => ParseProblem::MisplacedText,
        Node::Frequency(_) => ParseProblem::MisplacedFrequency,
        _ => return Ok(()),
    };
    Err(ParseError::new(expr.at.clone(), problem))
}

fn check_call(call: &Expr, function: Function, arguments: &[Expr]) -> Result<(), ParseError> {
    let takes = function.info().takes;
    let given = arguments.len();
    let fits = match takes {
        Takes::Values(count) => given == count,
        Takes::ManyValues => given >= 2,
        Takes::ValueAndDuration | Takes::ValueAndSmoothing => given == 2,
        Takes::Signal => given == 1,
    };
    if !fits {
        let problem = ParseProblem::ArgumentCount { function, given };
        return Err(ParseError::new(call.at.clone(), problem));
    }
    for (i, argument) in arguments.iter().enumerate() {
        let fits = match (takes, &argument.node) {
            (Takes::Signal, node) => matches!(node, Node::Signal(_)),
            (Takes::ValueAndDuration | Takes::ValueAndSmoothing, Node::Duration(span))
                if i == 1 =>
            {
                span.as_ns() > 0
            }
            (Takes::ValueAndSmoothing, Node::Frequency(hz)) if i == 1 => *hz > 0.0,
            (Takes::ValueAndDuration | Takes::ValueAndSmoothing, _) if i == 1 => false,
            // As a value it would be taken for seconds, which nobody means by min(x, 500 ms).
            (_, Node::Duration(_)) => false,
            _ => {
                check_value(argument)?;
                true
            }
        };
        if !fits {
            let problem = ParseProblem::ArgumentKind { function };
            return Err(ParseError::new(argument.at.clone(), problem));
        }
    }
    Ok(())
}
