//! Whether a database refuses what it is given, or can't be used at all.

/// True when the database answers and it is the data that it does not take: a constraint, or a value
/// of a kind that it can't keep. The same again is refused again; other data would be taken.
///
/// Source: PostgreSQL's manual, appendix A, classes 22 and 23; SQLite's "Result and Error Codes".
#[must_use]
pub fn refuses_the_data(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_about_data(&code)),
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Encode(_) => true,
        _ => false,
    }
}

fn is_about_data(code: &str) -> bool {
    match code.parse::<u32>() {
        // SQLite's 19 is a constraint, 20 a wrong type; extended codes carry it in the low byte.
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 19 | 20),
        // SQLSTATE classes: 22 is data that can't be stored, 23 a constraint.
        _ => code.starts_with("22") || code.starts_with("23"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_and_wrong_types_are_about_the_data_and_nothing_else_is() {
        // SQLITE_CONSTRAINT, its kinds CHECK and TRIGGER, SQLITE_MISMATCH; PostgreSQL's
        // not_null_violation, character_not_in_repertoire.
        for code in ["19", "275", "1811", "20", "23502", "22021"] {
            assert!(is_about_data(code), "{code}");
        }
        // SQLITE_BUSY, SQLITE_FULL; admin_shutdown, deadlock_detected, disk_full, undefined_table.
        for code in ["5", "13", "57P01", "40P01", "53100", "42P01"] {
            assert!(!is_about_data(code), "{code}");
        }
        assert!(!refuses_the_data(&sqlx::Error::PoolTimedOut));
    }
}
