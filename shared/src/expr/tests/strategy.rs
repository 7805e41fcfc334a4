//! Random trees, and random samples.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::*;

fn expr(node: Node) -> Expr {
    Expr { node, at: 0..0 }
}

fn boxed(node: Node) -> Box<Expr> {
    Box::new(expr(node))
}

pub(super) fn any_op() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::*;
    proptest::sample::select(vec![
        Or, And, Lt, Le, Gt, Ge, Eq, Ne, Add, Sub, Mul, Div, Rem, Pow,
    ])
}

fn any_span() -> impl Strategy<Value = TimeSpan> {
    let value = prop_oneof![(1_u32..10_000).prop_map(f64::from), 1e-3..1e6_f64];
    let unit = proptest::sample::select(TimeUnit::ALL.to_vec());
    (value, unit)
        .prop_map(|(value, unit)| TimeSpan { value, unit })
        .prop_filter("windows have a length", |span| span.as_ns() > 0)
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]",
        "[A-Za-z_][A-Za-z0-9_]{0,6}(\\.[A-Za-z0-9_]{1,4}){0,2}",
        "\\PC{1,8}",
        proptest::sample::select(vec![
            "and", "NOT", "if", "for", "abs", "at", "ms", "`", "a.", ".a", "1a", " a", "a ", "\n",
        ])
        .prop_map(str::to_owned),
    ]
}

fn leaf() -> impl Strategy<Value = Node> {
    let number = prop_oneof![
        (0_u32..1000).prop_map(f64::from),
        any::<f64>()
            .prop_map(f64::abs)
            .prop_filter("finite", |value| value.is_finite()),
    ];
    prop_oneof![
        2 => number.prop_map(Node::Number),
        3 => any_name().prop_map(Node::Signal),
        1 => label(any_name(), ".*"),
    ]
}

fn label(name: impl Strategy<Value = String>, text: &'static str) -> impl Strategy<Value = Node> {
    let op = prop_oneof![Just(BinaryOp::Eq), Just(BinaryOp::Ne)];
    (op, name, text, any::<bool>()).prop_map(|(op, name, text, is_swapped)| {
        let (left, right) = (boxed(Node::Signal(name)), boxed(Node::Text(text)));
        let (left, right) = if is_swapped {
            (right, left)
        } else {
            (left, right)
        };
        Node::Binary { op, left, right }
    })
}

fn unary(operand: Node) -> impl Strategy<Value = Node> {
    let operand = boxed(operand);
    prop_oneof![Just(UnaryOp::Not), Just(UnaryOp::Neg)].prop_map(move |op| Node::Unary {
        op,
        operand: operand.clone(),
    })
}

fn call(function: Function, arguments: impl IntoIterator<Item = Node>) -> Node {
    Node::Call {
        function,
        arguments: arguments.into_iter().map(expr).collect(),
    }
}

fn call_of(arguments: Vec<Node>, span: TimeSpan, name: String) -> impl Strategy<Value = Node> {
    proptest::sample::select(Function::ALL.to_vec()).prop_map(move |function| {
        let mut arguments = arguments.clone();
        match function {
            Function::If | Function::Between | Function::Clamp => arguments.truncate(3),
            Function::Min | Function::Max => {}
            Function::MovingAverage | Function::Lowpass => {
                arguments.truncate(1);
                let is_span = function == Function::MovingAverage || name.len().is_multiple_of(2);
                arguments.push(if is_span {
                    Node::Duration(span)
                } else {
                    Node::Frequency(span.value)
                });
            }
            Function::Linear => arguments = vec![Node::Signal(name.clone())],
            _ => arguments.truncate(1),
        }
        call(function, arguments)
    })
}

/// Any tree that the language can express.
pub(super) fn any_expr() -> impl Strategy<Value = Expr> {
    let tree = leaf().prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            2 => inner.clone().prop_flat_map(unary),
            5 => (any_op(), inner.clone(), inner.clone()).prop_map(|(op, left, right)| {
                Node::Binary { op, left: boxed(left), right: boxed(right) }
            }),
            1 => (any_op(), inner.clone(), any_span()).prop_map(|(op, left, span)| {
                Node::Binary { op, left: boxed(left), right: boxed(Node::Duration(span)) }
            }),
            4 => (vec(inner, 3..5), any_span(), any_name())
                .prop_flat_map(|(arguments, span, name)| call_of(arguments, span, name)),
        ]
    });
    tree.prop_map(expr)
}

/// Trees over `a`, `b` and `c` whose values are multiples of a power of two as long as the signals
/// are small whole numbers, so that no order of summing makes a difference.
fn exact_node() -> impl Strategy<Value = Node> {
    let signal = prop_oneof![Just("a"), Just("b"), Just("x.b"), Just("c")];
    let leaf = prop_oneof![
        4 => signal.prop_map(|name| Node::Signal(name.to_owned())),
        1 => (0_u8..4).prop_map(|value| Node::Number(f64::from(value))),
        1 => label(Just("Gear".to_owned()), "[PD]"),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        use BinaryOp::*;
        let op = proptest::sample::select(vec![Or, And, Lt, Ge, Eq, Ne, Add, Sub]);
        let one = proptest::sample::select(vec![
            Function::Missing,
            Function::Abs,
            Function::Floor,
            Function::Previous,
            Function::Diff,
            Function::Changed,
            Function::Integral,
        ]);
        let three = proptest::sample::select(vec![
            Function::If,
            Function::Between,
            Function::Clamp,
            Function::Max,
        ]);
        prop_oneof![
            1 => inner.clone().prop_flat_map(unary),
            4 => (op, inner.clone(), inner.clone()).prop_map(|(op, left, right)| {
                Node::Binary { op, left: boxed(left), right: boxed(right) }
            }),
            5 => (one, inner.clone()).prop_map(|(function, x)| call(function, [x])),
            2 => (three, vec(inner, 3)).prop_map(|(function, xs)| call(function, xs)),
        ]
    })
}

/// As [`exact_node`], with what divides only on top, and then with steps at which nothing comes in.
pub(super) fn exact_expr() -> impl Strategy<Value = Expr> {
    let average = |seconds: f64| {
        let span = TimeSpan {
            value: seconds,
            unit: TimeUnit::Seconds,
        };
        move |node| call(Function::MovingAverage, [node, Node::Duration(span)])
    };
    let dividing = prop_oneof![
        exact_node().prop_map(|node| call(Function::Rate, [node])),
        exact_node().prop_map(average(1.0)),
        exact_node().prop_map(average(4.0)),
    ];
    let among_others = dividing.prop_map(|node| {
        let other = call(Function::Missing, [Node::Signal("Gear".to_owned())]);
        call(Function::If, [other, node.clone(), node])
    });
    prop_oneof![exact_node(), among_others].prop_map(expr)
}

/// The samples of a signal.
#[derive(Clone, Debug)]
pub(super) struct Samples {
    pub(super) times: Vec<i64>,
    pub(super) values: Vec<f64>,
    pub(super) gap_starts: Vec<usize>,
    pub(super) last_valid_until: i64,
}

impl Samples {
    pub(super) fn input(&self) -> Input<'_> {
        Input {
            times: &self.times,
            values: &self.values,
            gap_starts: &self.gap_starts,
            last_valid_until: self.last_valid_until,
        }
    }
}

/// Up to eight samples at whole seconds, some at the same one, with gaps and missing values.
pub(super) fn any_samples() -> impl Strategy<Value = Samples> {
    let value = prop_oneof![
        6 => (-4_i8..5).prop_map(f64::from),
        1 => Just(f64::NAN),
    ];
    let sample = (
        0_i64..3,
        value,
        prop_oneof![5 => Just(false), 1 => Just(true)],
    );
    let held_secs = prop_oneof![Just(0), Just(2), Just(1000)];
    (0_i64..4, vec(sample, 0..8), held_secs).prop_map(|(start, samples, held_secs)| {
        let mut time = start * super::SEC;
        let mut all = Samples {
            times: Vec::new(),
            values: Vec::new(),
            gap_starts: Vec::new(),
            last_valid_until: 0,
        };
        for (i, (secs, value, is_after_gap)) in samples.into_iter().enumerate() {
            time += secs * super::SEC;
            if is_after_gap {
                all.gap_starts.push(i);
            }
            all.times.push(time);
            all.values.push(value);
        }
        all.last_valid_until = time + held_secs * super::SEC;
        all
    })
}
