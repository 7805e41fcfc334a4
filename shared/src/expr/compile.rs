//! A tree to instructions. Walks the tree once, from the leaves up.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{BinaryOp, Expr, Node};
use super::bind::{NameError, Resolve};
use super::check::check;
use super::error::{BindError, BindProblem};
use super::filter::Lowpass;
use super::function::Function;
use super::kernel::{self, Kernel};
use super::memory::{Changed, Diff, Integral, Memory, Previous, Rate};
use super::program::{BoundSignal, Clock, Code, Lane, Op, Program, Reading};
use super::window::Window;

#[derive(Debug)]
pub(super) struct Compiler<'r, R: Resolve> {
    resolver: &'r R,
    is_live: bool,
    inputs: Vec<BoundSignal<R::Signal>>,
    code: Code,
    stack_depth: usize,
}

/// The lanes that a value depends on.
type Lanes = BTreeSet<usize>;

impl<'r, R: Resolve> Compiler<'r, R> {
    pub(super) fn new(resolver: &'r R) -> Self {
        Self {
            resolver,
            is_live: false,
            inputs: Vec::new(),
            code: Code::default(),
            stack_depth: 0,
        }
    }

    pub(super) fn live(resolver: &'r R) -> Self {
        Self {
            is_live: true,
            ..Self::new(resolver)
        }
    }

    pub(super) fn finish(self) -> Program<R::Signal> {
        Program {
            inputs: self.inputs,
            code: Arc::new(self.code),
        }
    }

    /// Adds the instructions that leave the value of `expr` on the stack.
    pub(super) fn push(&mut self, expr: &Expr) -> Result<Lanes, BindError> {
        check(expr)
            .map_err(|error| BindError::new(error.at, BindProblem::Malformed(error.problem)))?;
        match &expr.node {
            Node::Number(value) => Ok(self.number(*value)),
            Node::Duration(span) => Ok(self.number(span.as_secs())),
            Node::Signal(name) => self.read(expr, name, Reading::Chosen),
            Node::Unary { op, operand } => {
                let lanes = self.push(operand)?;
                self.emit(Op::One(kernel::unary(*op)), 1);
                Ok(lanes)
            }
            Node::Binary { op, left, right } => match (&left.node, &right.node) {
                (Node::Signal(name), Node::Text(text)) => {
                    self.label(*op, (left, name), (right, text))
                }
                (Node::Text(text), Node::Signal(name)) => {
                    self.label(*op, (right, name), (left, text))
                }
                _ => {
                    let mut lanes = self.push(left)?;
                    lanes.extend(self.push(right)?);
                    self.emit(Op::Two(kernel::binary(*op)), 2);
                    Ok(lanes)
                }
            },
            Node::Call {
                function,
                arguments,
            } => self.call(*function, arguments),
            // `check` refused what these stand in, and `bind` the whole.
            Node::Frequency(_) | Node::Text(_) => Ok(self.number(f64::NAN)),
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expr]) -> Result<Lanes, BindError> {
        if let (Function::Linear, [signal]) = (function, arguments) {
            return self.linear(signal);
        }
        if let Some(memory) = memory(function, arguments.get(1)) {
            let [value, ..] = arguments else {
                return Ok(self.number(f64::NAN)); // `check` counted them
            };
            let lanes = self.push(value)?;
            let clock = self.clock(&lanes);
            let op = Op::OverTime {
                memory: self.code.memories.len(),
                clock,
            };
            self.code.memories.push(memory);
            self.emit(op, 1);
            return Ok(lanes);
        }
        let kernel = kernel::function(function);
        let mut lanes = Lanes::new();
        for (i, argument) in arguments.iter().enumerate() {
            lanes.extend(self.push(argument)?);
            // `min` and `max` take any number, two at a time.
            if let (Some(Kernel::Two(kernel)), true) = (kernel, i > 0) {
                self.emit(Op::Two(kernel), 2);
            }
        }
        match kernel {
            Some(Kernel::One(kernel)) => self.emit(Op::One(kernel), 1),
            Some(Kernel::Three(kernel)) => self.emit(Op::Three(kernel), 3),
            Some(Kernel::Two(_)) | None => {}
        }
        Ok(lanes)
    }

    fn linear(&mut self, signal: &Expr) -> Result<Lanes, BindError> {
        let Node::Signal(name) = &signal.node else {
            return Ok(self.number(f64::NAN)); // `check` allows nothing else
        };
        if self.is_live {
            let problem = BindProblem::LinearLive {
                signal: name.clone(),
            };
            return Err(BindError::new(signal.at.clone(), problem));
        }
        self.read(signal, name, Reading::Linear)
    }

    /// A signal compared with the text that describes one of its values.
    fn label(
        &mut self,
        op: BinaryOp,
        (signal, name): (&Expr, &str),
        (label, text): (&Expr, &str),
    ) -> Result<Lanes, BindError> {
        // Between 1 "reverse" and 3 "drive" there is no line to pass 2 "neutral" on.
        let lanes = self.read(signal, name, Reading::Held)?;
        let resolved = lanes
            .first()
            .and_then(|lane| self.code.lanes.get(*lane))
            .and_then(|lane| self.inputs.get(lane.input));
        let value = resolved.and_then(|input| self.resolver.label(&input.signal, text));
        let Some(value) = value else {
            let problem = BindProblem::UnknownLabel {
                signal: name.to_owned(),
                text: text.to_owned(),
                labels: resolved.map_or_else(Vec::new, |input| self.resolver.labels(&input.signal)),
            };
            return Err(BindError::new(label.at.clone(), problem));
        };
        self.number(value);
        self.emit(Op::Two(kernel::binary(op)), 2);
        Ok(lanes)
    }

    fn number(&mut self, value: f64) -> Lanes {
        self.emit(Op::Number(value), 0);
        Lanes::new()
    }

    fn read(&mut self, expr: &Expr, name: &str, reading: Reading) -> Result<Lanes, BindError> {
        let signal = self.resolver.signal(name).map_err(|error| {
            let name = name.to_owned();
            let problem = match error {
                NameError::Unknown { suggestions } => {
                    BindProblem::UnknownSignal { name, suggestions }
                }
                NameError::Ambiguous { candidates } => {
                    BindProblem::AmbiguousSignal { name, candidates }
                }
            };
            BindError::new(expr.at.clone(), problem)
        })?;
        let known = self.inputs.iter().position(|input| input.signal == signal);
        let input = known.unwrap_or_else(|| {
            self.inputs.push(BoundSignal {
                name: name.to_owned(),
                signal,
            });
            self.inputs.len() - 1
        });
        let lane = position_or_push(&mut self.code.lanes, Lane { input, reading });
        self.emit(Op::Read { lane }, 0);
        Ok(Lanes::from([lane]))
    }

    fn clock(&mut self, lanes: &Lanes) -> usize {
        let lanes = lanes.iter().copied().collect();
        position_or_push(&mut self.code.clocks, Clock { lanes })
    }

    fn emit(&mut self, op: Op, operands: usize) {
        self.code.ops.push(op);
        self.stack_depth = self.stack_depth.saturating_sub(operands) + 1;
        self.code.stack_depth = self.code.stack_depth.max(self.stack_depth);
    }
}

/// What a function over time begins with.
fn memory(function: Function, parameter: Option<&Expr>) -> Option<Memory> {
    Some(
        match (function, parameter.map(|parameter| &parameter.node)) {
            (Function::Previous, _) => Memory::Previous(Previous::default()),
            (Function::Changed, _) => Memory::Changed(Changed::default()),
            (Function::Diff, _) => Memory::Diff(Diff::default()),
            (Function::Rate, _) => Memory::Rate(Rate::default()),
            (Function::Integral, _) => Memory::Integral(Integral::default()),
            (Function::MovingAverage, Some(Node::Duration(span))) => {
                Memory::MovingAverage(Window::new(span.as_ns()))
            }
            (Function::Lowpass, Some(Node::Duration(span))) => {
                Memory::Lowpass(Lowpass::new(span.as_secs()))
            }
            (Function::Lowpass, Some(Node::Frequency(hz))) => {
                Memory::Lowpass(Lowpass::with_cutoff(*hz))
            }
            _ => return None,
        },
    )
}

fn position_or_push<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter()
        .position(|known| *known == item)
        .unwrap_or_else(|| {
            list.push(item);
            list.len() - 1
        })
}
