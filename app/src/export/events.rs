//! Events of conditions as CSV: a row an event, in the same dialect as samples.

use std::io::{self, Write};
use std::sync::Arc;

use canlake_shared::expr::Event;
use canlake_shared::time::{TimeRange, Timestamp};

use super::csv::{field, push_number, push_time};
use super::options::CsvOptions;
use crate::time_display::Zone;

/// Writes conditions with their events. Durations are seconds.
pub fn write_events(
    writer: &mut impl Write,
    conditions: &[(String, Arc<[Event]>)],
    options: CsvOptions,
    zone: &Zone,
) -> io::Result<()> {
    let separator = options.separator;
    let names = ["condition", "start", "end", "duration_s"];
    writeln!(writer, "{}", names.join(&separator.char().to_string()))?;
    let all = conditions.iter().flat_map(|(_, events)| events.iter());
    let bounds = all.fold(None, |bounds: Option<(i64, i64)>, event| {
        let (start, end) = bounds.unwrap_or((event.start, event.end));
        Some((start.min(event.start), end.max(event.end)))
    });
    let (start, end) = bounds.unwrap_or_default();
    let range = TimeRange::new(Timestamp::from_ns(start), Timestamp::from_ns(end));
    let mut line = String::new();
    for (condition, events) in conditions {
        let condition = field(condition, separator);
        for event in events.iter() {
            line.clear();
            line.push_str(&condition);
            for time in [event.start, event.end] {
                line.push(separator.char());
                push_time(&mut line, time, options, range, zone);
            }
            line.push(separator.char());
            let seconds = event.duration_ns() as f64 / 1e9;
            push_number(&mut line, &seconds.to_string(), options);
            line.push('\n');
            writer.write_all(line.as_bytes())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_an_event_and_no_formula() {
        let event = |start, end| Event { start, end };
        let conditions = [
            ("a > 1, b".to_owned(), Arc::from([event(0, 1_500_000_000)])),
            ("-x > 2".to_owned(), Arc::from([event(5, 5)])),
        ];
        let mut bytes = Vec::new();
        let options = CsvOptions::default();
        write_events(&mut bytes, &conditions, options, &Zone::UTC).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "condition,start,end,duration_s");
        assert!(lines[1].starts_with("\"a > 1, b\",1970-01-01T00:00:00.000000000Z,"));
        assert!(lines[1].ends_with(",1.5"), "{text}");
        assert!(lines[2].starts_with("'-x > 2,"), "{text}");
    }
}
