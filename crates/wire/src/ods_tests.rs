use super::*;

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../data/ods/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read(bytes: &[u8]) -> Result<(Vec<OdsRow>, Vec<Rejected>), Error> {
    let mut reader = Reader::new(bytes);
    let (mut rows, mut rejected) = (Vec::new(), Vec::new());
    while let Some(line) = reader.next_line()? {
        match line {
            Ok(row) => rows.push(row),
            Err(bad) => rejected.push(bad),
        }
    }
    assert_eq!(reader.lines_read(), u64::try_from(rows.len() + rejected.len()).unwrap());
    Ok((rows, rejected))
}

fn line(changes: &[(usize, &str)]) -> String {
    let mut fields = [""; 27];
    (fields[0], fields[1], fields[10], fields[12], fields[14]) = ("A81001", "THE SURGERY", "19740401", "A", "16C");
    for (column, value) in changes {
        fields[column - 1] = value;
    }
    fields.map(|field| format!("\"{field}\"")).join(",") + "\n"
}

// Proves: ORG-01
#[test]
fn the_published_files_are_read_whole() {
    for (name, count) in [
        ("epraccur_2019-10.csv", 14_303),
        ("epraccur_2025-08.csv", 16_685),
        ("etr_2022-03.csv", 218),
        ("etr_2024-12.csv", 273),
        ("eccg_2024-12.csv", 320),
    ] {
        let (rows, rejected) = read(&file(name)).unwrap();
        assert_eq!((rows.len(), rejected), (count, Vec::new()), "{name}");
    }
}

#[test]
fn the_columns_mean_what_the_publisher_says() {
    let (rows, _) = read(&file("epraccur_2025-08.csv")).unwrap();
    let expected = OdsRow {
        line: 3,
        code: OdsCode::parse("A81003").unwrap(),
        name: "VICTORIA MEDICAL PRACTICE".into(),
        national_grouping: "Y54".into(),
        health_geography: "Q74".into(),
        address: ["THE HEALTH CENTRE", "VICTORIA ROAD", "HARTLEPOOL", "CLEVELAND", ""].map(str::to_owned),
        postcode: "TS26 8DB".into(),
        opened_on: Day::parse("1974-04-01"),
        closed_on: Day::parse("2017-10-31"),
        status: Some(OdsStatus::Closed),
        sub_type: "B".into(),
        parent: OdsCode::parse("00K").ok(),
        parent_joined_on: Day::parse("2013-04-01"),
        parent_left_on: Day::parse("2017-10-31"),
        telephone: "01429 272945".into(),
        care_organisation: "00K".into(),
        setting: "4".into(),
    };
    assert_eq!(rows[2], expected);
    assert_eq!(rows.iter().filter(|r| r.status == Some(OdsStatus::Active) && r.setting == "4").count(), 6_618);
    assert!(rows.iter().all(|r| (r.status == Some(OdsStatus::Closed)) == r.closed_on.is_some()));
}

#[test]
fn a_bad_line_is_rejected_and_its_neighbours_are_taken() {
    for (changes, column, why) in [
        (
            &[(11, "20190231")][..],
            "open date",
            "this day does not exist: write a date as YYYYMMDD or leave the field empty",
        ),
        (
            &[(12, "2019-01-31")],
            "close date",
            "this day does not exist: write a date as YYYYMMDD or leave the field empty",
        ),
        (
            &[(16, "2019\u{e9}13")],
            "join parent date",
            "this day does not exist: write a date as YYYYMMDD or leave the field empty",
        ),
        (&[(1, "rxx")], "organisation code", "ODS codes are in capitals: write RXX"),
        (&[(1, "")], "organisation code", "an ODS code has 3 to 10 capital letters and digits, as RXX or A81001"),
        (&[(15, "16 C")], "parent code", "an ODS code has 3 to 10 capital letters and digits, as RXX or A81001"),
        (&[(13, "X")], "status", "this status is not known: write A, C, D, P or nothing"),
        (&[(2, " ")], "name", "the name is missing: every organisation has one"),
        (&[(5, "A\nB")], "address line 1", "there is a control character (U+000A): remove it"),
        (
            &[(1, "A81001")],
            "organisation code",
            "this code stands on an earlier line too: ask the publisher which is right and remove the other",
        ),
    ] {
        let changes: Vec<(usize, &str)> = [(1, "A81002")].iter().chain(changes).copied().collect();
        let text = line(&[]) + &line(&changes) + &line(&[(1, "B82002")]);
        let (rows, rejected) = read(text.as_bytes()).unwrap();
        let [only] = rejected.as_slice() else { panic!("{rejected:?}") };
        assert_eq!((rows.len(), only.line, only.column, only.why.as_str()), (2, 2, column, why));
    }
}

#[test]
fn a_line_of_the_wrong_width_is_rejected_in_the_middle_and_fatal_at_the_end() {
    let good = line(&[]);
    for (odd, columns) in [("\"B82002\",\"X\"\n".to_owned(), 2), (line(&[(1, "B82002")]).replace('\n', ",\"\"\n"), 28)]
    {
        let (rows, rejected) = read((good.clone() + &odd + &line(&[(1, "C1X")])).as_bytes()).unwrap();
        assert_eq!((rows.len(), rejected.len(), rejected[0].line), (2, 1, 2));
        assert_eq!(
            rejected[0].why,
            format!("the line has {columns} columns and not 27: correct it from the file as published")
        );
    }
    let cut = read((good.clone() + "\"B82002\",\"X\"\n\n").as_bytes()).unwrap_err();
    assert_eq!(cut.to_string(), "line 2: the file ends in the middle of this line, fetch it again");
    assert_eq!(
        read(good.trim_end().as_bytes()).unwrap_err().to_string(),
        "line 1: the file ends in the middle of this line, fetch it again"
    );
}

#[test]
fn a_file_not_as_published_is_refused_whole() {
    for (text, expected) in [
        (String::new(), "the file is empty, fetch it again"),
        ("\n\n".into(), "the file is empty, fetch it again"),
        (
            line(&[]).replace("\"16C\"", "16C"),
            "line 1, parent code: the field has no quotes, use the file as published and not one saved again by a spreadsheet",
        ),
        (
            line(&[]) + &line(&[(2, "A \"B\" C")]),
            "line 2, column 2: text follows the closing quote, double the quotes inside the field",
        ),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_file_cut_anywhere_but_at_a_line_end_is_refused() {
    let mut random = fastrand::Rng::with_seed(27);
    for name in ["etr_2022-03.csv", "eccg_2024-12.csv"] {
        let whole = file(name);
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', &whole).map(|at| at + 1).collect();
        let tail = ends[ends.len() - 3];
        let somewhere: Vec<usize> = (0..200).map(|_| random.usize(1..whole.len())).collect();
        for cut in (tail..whole.len()).chain(somewhere) {
            assert_eq!(read(&whole[..cut]).is_ok(), ends.contains(&cut), "{name} cut at {cut}");
        }
    }
}

#[test]
fn random_damage_never_panics_and_what_is_accepted_reads_back() {
    let whole = file("etr_2022-03.csv");
    let valid = &whole[..=memchr::memchr_iter(b'\n', &whole).nth(3).unwrap()];
    let mut accepted = 0;
    for seed in 0..20_000 {
        let Ok((rows, _)) = read(&crate::damage::mutate(valid, seed)) else { continue };
        for row in rows {
            accepted += 1;
            let (again, rejected) = read(write(&row).as_bytes()).unwrap();
            assert_eq!((again, rejected), (vec![OdsRow { line: 1, ..row }], vec![]), "seed {seed}");
        }
    }
    assert!(accepted > 500, "{accepted}");
}

fn write(row: &OdsRow) -> String {
    let day = |day: Option<Day>| day.map_or(String::new(), |day| day.to_string().replace('-', ""));
    let code = |code: &Option<OdsCode>| code.as_ref().map_or(String::new(), ToString::to_string);
    let mut fields =
        vec![row.code.to_string(), row.name.clone(), row.national_grouping.clone(), row.health_geography.clone()];
    fields.extend(row.address.clone());
    fields.extend([row.postcode.clone(), day(row.opened_on), day(row.closed_on)]);
    fields.push(row.status.map_or(String::new(), |status| status.to_string()));
    fields.extend([row.sub_type.clone(), code(&row.parent), day(row.parent_joined_on), day(row.parent_left_on)]);
    fields.push(row.telephone.clone());
    fields.resize(23, String::new());
    fields.extend([row.care_organisation.clone(), String::new(), row.setting.clone(), String::new()]);
    let quoted: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
    quoted.join(",") + "\n"
}

#[test]
fn days_are_those_of_the_calendar_and_an_empty_one_is_none() {
    let opened = |day: &str| read(line(&[(11, day)]).as_bytes()).unwrap().0.pop().map(|row| row.opened_on);
    assert_eq!(opened("20200229"), Some(Day::parse("2020-02-29")));
    assert_eq!(opened(""), Some(None));
    for none in ["20190229", "00000000", "2019123", "201912311", "2019-1-1", "+2019123"] {
        assert_eq!(opened(none), None, "{none}");
    }
}

#[test]
fn a_file_saved_with_other_line_ends_has_the_same_rows() {
    let text = line(&[]) + &line(&[(1, "B82002"), (2, "O'NEIL, ZO\u{cb}")]);
    let (rows, rejected) = read(text.replace('\n', "\r\n").as_bytes()).unwrap();
    assert_eq!((rows.len(), rejected.len(), rows[1].line), (2, 0, 2));
    assert_eq!(rows[1].name, "O'NEIL, ZO\u{cb}");
}
