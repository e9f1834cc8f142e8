//! Arrays, sets, objects and comprehensions.

use super::Writer;
use crate::rego::syntax::{Body, List, Location, TermId, TermKind};

impl Writer<'_> {
    pub(super) fn set(&mut self, id: TermId, list: List<TermId>, location: Location) {
        if list.is_empty() {
            return self.write("set()");
        }
        let members = self.members.get(&id).cloned().unwrap_or_else(|| self.module.terms(list).to_vec());
        self.write("{");
        self.list(&members, location, true);
        self.write("}");
    }

    pub(super) fn object(&mut self, id: TermId, list: List<TermId>, location: Location) {
        let entries = self.members.get(&id).cloned().unwrap_or_else(|| self.module.terms(list).to_vec());
        let entries: Vec<Vec<TermId>> = entries.chunks(2).map(<[TermId]>::to_vec).collect();
        self.write("{");
        self.lines(entries, location, |writer, entry| {
            let [key, value] = entry else { return };
            writer.grouped_union(*key);
            writer.write(": ");
            writer.grouped_union(*value);
        });
        self.write("}");
    }

    fn grouped_union(&mut self, term: TermId) {
        let is_union = self.is_union(term);
        if is_union {
            self.write("(");
        }
        self.term(term, false);
        if is_union {
            self.write(")");
        }
    }

    /// Terms with commas between them. Unions are put in parentheses where they would read as something else.
    pub(super) fn list(&mut self, terms: &[TermId], location: Location, groups_unions: bool) {
        let entries = terms.iter().map(|term| vec![*term]).collect();
        self.lines(entries, location, |writer, entry| {
            let [term] = entry else { return };
            let is_written_so = writer.text(writer.module.term(*term).location).starts_with('(');
            if writer.is_union(*term) && (groups_unions || is_written_so) {
                writer.grouped_union(*term);
            } else {
                writer.term(*term, false);
            }
        });
    }

    /// Entries, those that stand in one row of the source on one line.
    fn lines(&mut self, mut entries: Vec<Vec<TermId>>, location: Location, write: impl Fn(&mut Self, &[TermId])) {
        let place = |writer: &Self, entry: &[TermId]| {
            entry.first().map_or((0, 0), |first| writer.place(writer.module.term(*first).location))
        };
        entries.sort_by_key(|entry| place(self, entry));
        let mut lines: Vec<Vec<Vec<TermId>>> = Vec::new();
        let mut last = 0;
        for entry in entries {
            let (row, _) = place(self, &entry);
            match lines.last_mut() {
                Some(line) if row <= last => line.push(entry),
                _ => lines.push(vec![entry]),
            }
            last = row;
        }
        let breaks_before =
            lines.first().and_then(|line| line.first()).and_then(|entry| entry.first()).is_some_and(|first| {
                let whole = self.text(location);
                let start = whole.find(self.text(self.module.term(*first).location)).unwrap_or_default();
                whole.get(..start).unwrap_or_default().find('\n').is_some_and(|newline| newline > 0)
            });
        let is_long = lines.len() > 1 || (lines.len() == 1 && breaks_before);
        if is_long {
            self.end_line();
            self.level += 1;
            self.start_line();
        }
        let count = lines.len();
        for (place, line) in lines.iter().enumerate() {
            for (place, entry) in line.iter().enumerate() {
                if place > 0 {
                    self.write(", ");
                }
                write(self, entry);
            }
            if place + 1 < count {
                self.write(",");
                self.end_line();
                self.start_line();
            }
        }
        if is_long {
            self.write(",");
            self.end_line();
            self.level -= 1;
            self.start_line();
        }
    }

    pub(super) fn comprehension(
        &mut self,
        [open, close]: [&str; 2],
        key: Option<TermId>,
        member: TermId,
        body: Body,
        location: Location,
    ) {
        let row = self.row(location);
        self.write(open);
        // The value of an object stands where its key does.
        let mut own = row;
        if let Some(key) = key {
            self.grouped_union(key);
            self.write(": ");
        } else {
            own = self.row_of_term(member);
            if own > row {
                self.end_line();
                self.start_line();
            }
        }
        let is_call = matches!(self.kind(member), TermKind::Call(_));
        let is_written_so = self.text(self.module.term(member).location).starts_with('(');
        let is_grouped = is_call && (self.is_union(member) || is_written_so);
        self.term(member, is_grouped);
        self.write(" |");
        self.inner_body(body, own);
        self.write(close);
    }
}
