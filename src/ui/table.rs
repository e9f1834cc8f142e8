//! Tables as the Go CLI draws them: no borders, one blank at each side of a cell.

use super::Safe;
use comfy_table::{ContentArrangement, Table, presets};

/// A table with an upper-case header; every line starts and ends with one blank.
#[must_use]
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row.iter().map(|cell| Safe(cell).to_string()));
    }
    format!("{table}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_padded_to_the_widest_and_two_blanks_apart() {
        assert_eq!(table(&["A", "SIZE"], &[]), " A  SIZE \n");
        assert_eq!(
            table(&["NAME", "SIZE"], &[vec!["a".into(), "924B".into()], vec!["long name".into(), "1.0kB".into()]]),
            " NAME       SIZE  \n a          924B  \n long name  1.0kB \n"
        );
    }
}
