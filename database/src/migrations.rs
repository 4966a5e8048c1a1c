//! Migrations that are part of the binary.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Version, description and SQL of one migration. Scripts are applied once each, by version, and
/// never edited after a release: the database remembers their checksums.
pub type Script = (i64, &'static str, &'static str);

pub(crate) fn migrator(scripts: &[Script]) -> Migrator {
    let migration = |&(version, description, sql): &Script| {
        let simple = MigrationType::Simple;
        Migration::new(
            version,
            description.into(),
            simple,
            sql.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(scripts.iter().map(migration).collect())
}
