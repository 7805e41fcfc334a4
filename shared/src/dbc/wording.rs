//! Definitions in the field's words, for whoever shows them.

use super::model::{ByteOrder, Multiplexing, SendType, SignalDef, ValueType};

impl ByteOrder {
    /// As both of its names.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::LittleEndian => "Intel (little endian)",
            Self::BigEndian => "Motorola (big endian)",
        }
    }
}

impl ValueType {
    /// In words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Signed => "signed",
            Self::Float32 => "float, 32 bits",
            Self::Float64 => "float, 64 bits",
        }
    }
}

impl SendType {
    /// In words; empty where the file does not say.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Unspecified => "",
            Self::Cyclic => "cyclic",
            Self::OnChange => "on change or on request",
        }
    }
}

impl Multiplexing {
    /// When the signal is there, and whether it selects others; empty of a signal that is always there
    /// and selects none. `signals` are those of its message.
    pub fn describe(&self, signals: &[SignalDef]) -> String {
        let selected = self.selector.as_ref().map(|selector| {
            let multiplexor = signals.get(selector.multiplexor_idx);
            let name = multiplexor.map_or("?", |it| it.name.as_str());
            let values = selector.values.iter();
            let values: Vec<String> = values
                .map(|range| match (range.start(), range.end()) {
                    (start, end) if start == end => start.to_string(),
                    (start, end) => format!("{start} to {end}"),
                })
                .collect();
            format!("there when {name} is {}", values.join(", "))
        });
        let selects = self
            .is_multiplexor
            .then(|| "selects other signals".to_owned());
        let parts: Vec<String> = selected.into_iter().chain(selects).collect();
        parts.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use crate::dbc::load;

    #[test]
    fn multiplexing_in_words() {
        let text = "BO_ 1 M: 8 N\n SG_ Root M : 0|4@1+ (1,0) [0|0] \"\" N\n \
            SG_ A m1 : 8|8@1+ (1,0) [0|0] \"\" N\n SG_ B : 16|8@1+ (1,0) [0|0] \"\" N\n\
            SG_MUL_VAL_ 1 A Root 1-1, 4-7;\n";
        let (database, _) = load(text.as_bytes());
        let signals = &database.messages[0].signals;
        let texts = signals.iter().map(|it| it.multiplexing.describe(signals));
        let expected = ["selects other signals", "there when Root is 1, 4 to 7", ""];
        assert_eq!(texts.collect::<Vec<_>>(), expected);
    }
}
