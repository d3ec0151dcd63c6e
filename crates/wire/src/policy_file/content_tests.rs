//! Mistakes in the sections about what is in messages and where it may go.

use expect_test::expect;

use crate::policy_file::mistake_tests::check;

#[test]
fn secure_domains_that_are_none() {
    check(
        &[
            ("accredited_for = \"1 year\"", "accredited_for = \"0 days\""),
            ("soon_days = 60", "soon_days = 400"),
            ("*.gcsx.gov.uk until 2019-04-01", "*.uk until 2019-04-01"),
            ("*.gsx.gov.uk until 2019-04-01", "*.gsi.gov.uk until 2019-05-01"),
            ("*.cjsm.net until 2030-04-01", "*.cjsm.net until 2030-02-30"),
            ("*.mod.uk until 2030-04-01", "*.mod.uk"),
        ],
        &expect![[r#"
            line 76, secure_domains.accredited_for: a period of zero would move every account at once; write a longer period, as "90 days"
            line 77, secure_domains.soon_days: 400 is too large; write a whole number from 0 to 365, as 60
            line 78, secure_domains.legacy: "*.uk until 2019-04-01" is no domain with a day; write a domain and a day, as "*.mail.example until 2019-04-01"
            line 78, secure_domains.legacy: *.gsi.gov.uk is there twice; write each domain once
            line 78, secure_domains.legacy: "*.cjsm.net until 2030-02-30" is no domain with a day; write a domain and a day, as "*.mail.example until 2019-04-01"
            line 78, secure_domains.legacy: "*.mod.uk" is no domain with a day; write a domain and a day, as "*.mail.example until 2019-04-01"
        "#]],
    );
}

#[test]
fn attachments_that_nobody_could_mean() {
    check(
        &[
            ("\"bat\"", "\".bat\", \"BAT\""),
            ("\"linux_program\"", "\"virus\""),
            ("archive_depth = 3", "archive_depth = 0"),
            ("files = 5000", "files = 99"),
            ("unpacked_mib = 200", "unpacked_mib = 149"),
            ("locked_archives = true", "locked_archives = \"yes\""),
        ],
        &expect![[r#"
            line 65, attachments.blocked_extensions: ".bat" is no end of a file's name; write small letters and digits without the dot, as "exe"
            line 65, attachments.blocked_extensions: "BAT" is no end of a file's name; write small letters and digits without the dot, as "exe"
            line 70, attachments.blocked_kinds: "virus" is no kind of file; write one of "windows_program", "linux_program", "mac_program", "script", "shortcut", "disk_image", "help_file"
            line 71, attachments.archive_depth: 0 is too small; write a whole number from 1 to 10, as 3
            line 72, attachments.files: 99 is too small; write a whole number from 100 to 100000, as 5000
            line 73, attachments.unpacked_mib: 149 is too small; write a whole number from 150 to 2000, as 200
            line 74, attachments.locked_archives: "yes" is neither true nor false; write true or false, without quotes
        "#]],
    );
}
