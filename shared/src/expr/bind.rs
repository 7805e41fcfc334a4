//! Names to signals: an [`Expr`] and whoever knows the signals give a [`Program`].

use super::ast::Expr;
use super::check::check_value;
use super::compile::Compiler;
use super::error::{BindError, BindProblem};
use super::program::Program;

/// Knows the signals that an expression can name.
pub trait Resolve {
    /// What tells signals apart. Two names that give equal signals are one input.
    type Signal: Clone + PartialEq;

    /// The signal that a name means. The name is as written, without backticks.
    fn signal(&self, name: &str) -> Result<Self::Signal, NameError>;

    /// The value of a signal that is described by this text.
    fn label(&self, signal: &Self::Signal, text: &str) -> Option<f64>;

    /// The texts that describe values of a signal, for a message.
    fn labels(&self, _signal: &Self::Signal) -> Vec<String> {
        Vec::new()
    }
}

/// A name that does not mean one signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameError {
    /// There is no signal of that name.
    Unknown {
        /// Names that may have been meant, the likeliest first.
        suggestions: Vec<String>,
    },
    /// There are several.
    Ambiguous {
        /// A name for each that means it alone.
        candidates: Vec<String>,
    },
}

impl Expr {
    /// Gives the names their signals, for recorded data.
    pub fn bind<R: Resolve>(&self, resolver: &R) -> Result<Program<R::Signal>, BindError> {
        self.bind_to(Compiler::new(resolver))
    }

    /// Gives the names their signals, for data whose next sample is not known yet.
    ///
    /// The same as [`bind`](Self::bind), but refuses `linear`.
    pub fn bind_live<R: Resolve>(&self, resolver: &R) -> Result<Program<R::Signal>, BindError> {
        self.bind_to(Compiler::live(resolver))
    }

    fn bind_to<R: Resolve>(
        &self,
        mut compiler: Compiler<'_, R>,
    ) -> Result<Program<R::Signal>, BindError> {
        check_value(self)
            .map_err(|error| BindError::new(error.at, BindProblem::Malformed(error.problem)))?;
        compiler.push(self)?;
        Ok(compiler.finish())
    }
}
