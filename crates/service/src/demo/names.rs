//! Names of people from the cultures that a British health service is made of, with the frequency of a name falling
//! by its rank, so that namesakes occur as often as they should.

use std::borrow::Cow;
use std::sync::LazyLock;

use fastrand::Rng;

use super::careers::Calling;

/// Culture, and how many of a thousand are of it: of all staff but the next two, of doctors, of nurses.
const SHARES: [(&str, u32, u32, u32); 24] = [
    ("english", 560, 330, 480),
    ("scottish", 45, 35, 40),
    ("welsh", 40, 25, 35),
    ("irish", 45, 40, 55),
    ("indian", 50, 190, 85),
    ("punjabi", 22, 40, 10),
    ("pakistani", 42, 85, 12),
    ("bangladeshi", 18, 15, 6),
    ("sri_lankan", 6, 28, 4),
    ("nigerian", 24, 50, 45),
    ("ghanaian", 11, 10, 16),
    ("zimbabwean", 10, 5, 27),
    ("filipino", 14, 4, 90),
    ("polish", 22, 8, 14),
    ("romanian", 12, 12, 14),
    ("portuguese", 10, 6, 16),
    ("spanish", 8, 10, 14),
    ("chinese", 12, 28, 8),
    ("arabic", 12, 45, 4),
    ("somali", 8, 4, 5),
    ("caribbean", 26, 6, 24),
    ("greek", 5, 18, 3),
    ("italian", 6, 14, 8),
    ("european", 12, 17, 12),
];

/// Added to a name's rank before it divides: a small list then has no giant at its head.
const FLATTEN: u32 = 20;

/// Surnames that only women bear; Singh is the man's name where Kaur is the woman's.
const WOMENS: [&str; 7] = ["Kaur", "Begum", "Bibi", "Khatun", "Khanam", "Akter", "Sultana"];

/// A person's name.
pub(super) struct Name {
    /// The given name or names.
    pub(super) first: Cow<'static, str>,
    /// The surname or surnames.
    pub(super) last: Cow<'static, str>,
}

/// Names with the running sum of their weights.
#[derive(Default)]
struct Ranked {
    names: Vec<String>,
    upto: Vec<u32>,
}

impl Ranked {
    fn read(line: &str) -> Self {
        let mut ranked = Self::default();
        let (mut rank, mut sum) = (FLATTEN, 0_u32);
        for name in line.split_whitespace() {
            rank += 1;
            sum += 1_000_000 / rank;
            ranked.names.push(name.replace('_', " "));
            ranked.upto.push(sum);
        }
        ranked
    }

    fn pick(&'static self, rng: &mut Rng) -> &'static str {
        let sum = self.upto.last().copied().unwrap_or(1);
        let at = rng.u32(0..sum);
        let index = self.upto.partition_point(|upto| *upto <= at);
        self.names.get(index).map_or("", String::as_str)
    }
}

/// The names of one culture, and the running sums of its shares (staff, doctors, nurses).
struct Culture {
    name: &'static str,
    women: Ranked,
    men: Ranked,
    surnames: Ranked,
    upto: [u32; 3],
}

static CULTURES: LazyLock<Vec<Culture>> = LazyLock::new(|| {
    let text = include_str!("data/names.txt");
    let mut upto = [0; 3];
    let mut cultures = Vec::new();
    for (name, staff, doctors, nurses) in SHARES {
        let heading = format!("[{name}]");
        let mut lines =
            text.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.starts_with('['));
        let mut list =
            |key: &str| Ranked::read(lines.next().and_then(|line| line.strip_prefix(key)).unwrap_or_default());
        let [a, b, c] = upto;
        upto = [a + staff, b + doctors, c + nurses];
        cultures.push(Culture { name, women: list("f:"), men: list("m:"), surnames: list("s:"), upto });
    }
    cultures
});

fn culture(rng: &mut Rng, calling: Calling) -> Option<&'static Culture> {
    let cultures: &'static [Culture] = CULTURES.as_slice();
    let sum = |culture: &Culture| {
        let [staff, doctors, nurses] = culture.upto;
        match calling {
            Calling::Doctor => doctors,
            Calling::Nurse => nurses,
            Calling::Other => staff,
        }
    };
    let at = rng.u32(0..cultures.last().map_or(1, sum).max(1));
    cultures.get(cultures.partition_point(|culture| sum(culture) <= at))
}

/// The name of somebody of a calling.
pub(super) fn person(rng: &mut Rng, calling: Calling, woman: bool) -> Name {
    let Some(own) = culture(rng, calling) else { return Name { first: Cow::Borrowed(""), last: Cow::Borrowed("") } };
    // Families move and marry: some bear a given name or a surname of the place they live in.
    let english = CULTURES.first().unwrap_or(own);
    let chance = rng.u32(0..1000);
    let given = if chance < 60 { english } else { own };
    let family = if (60..80).contains(&chance) { english } else { own };
    let first = if woman { given.women.pick(rng) } else { given.men.pick(rng) };
    Name { first: Cow::Borrowed(first), last: surname(rng, family, woman) }
}

fn surname(rng: &mut Rng, family: &'static Culture, woman: bool) -> Cow<'static, str> {
    let mut last = family.surnames.pick(rng);
    if !woman && WOMENS.contains(&last) {
        last = if last == "Kaur" { "Singh" } else { "Miah" };
    }
    let double = rng.u32(0..1000);
    match family.name {
        "spanish" if double < 850 => Cow::Owned(format!("{last} {}", family.surnames.pick(rng))),
        "portuguese" if double < 550 => Cow::Owned(format!("{last} {}", family.surnames.pick(rng))),
        "english" | "scottish" | "welsh" | "caribbean" if double < 25 => hyphenated(last, family.surnames.pick(rng)),
        "punjabi" if woman && last == "Singh" => Cow::Borrowed("Kaur"),
        "polish" if woman => match last.strip_suffix("ki") {
            Some(stem) => Cow::Owned(format!("{stem}ka")),
            None => Cow::Borrowed(last),
        },
        _ => Cow::Borrowed(last),
    }
}

fn hyphenated(one: &'static str, two: &'static str) -> Cow<'static, str> {
    let simple = |name: &str| !name.contains([' ', '-']);
    if one != two && simple(one) && simple(two) { Cow::Owned(format!("{one}-{two}")) } else { Cow::Borrowed(one) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_culture_has_names_that_fit_and_map_to_ascii() {
        let (mut given, mut family) = (0, 0);
        for culture in CULTURES.iter() {
            for list in [&culture.women, &culture.men, &culture.surnames] {
                assert!(list.names.len() >= 16, "{}", culture.name);
                for name in &list.names {
                    let ascii = any_ascii::any_ascii(name);
                    assert!(ascii.bytes().all(|b| b.is_ascii_alphabetic() || b" '-".contains(&b)), "{name} is {ascii}");
                    assert!(ascii.bytes().any(|b| b.is_ascii_alphabetic()) && name.chars().count() <= 30, "{name}");
                }
            }
            given += culture.women.names.len() + culture.men.names.len();
            family += culture.surnames.names.len();
        }
        assert!(given >= 1500 && family >= 1300, "{given} given names, {family} surnames");
    }

    #[test]
    fn names_are_drawn_by_rank_and_calling() {
        let mut rng = Rng::with_seed(5);
        let mut count = |calling: Calling, last: &str| {
            (0..100_000).filter(|_| person(&mut rng, calling, true).last == last).count()
        };
        let (smiths, rare, doctors) =
            (count(Calling::Other, "Smith"), count(Calling::Other, "Oakley"), count(Calling::Doctor, "Smith"));
        assert!((500..1500).contains(&smiths) && rare < smiths / 8 && doctors < smiths, "{smiths} {rare} {doctors}");
    }

    #[test]
    fn surnames_follow_the_customs_of_their_culture() {
        let mut rng = Rng::with_seed(6);
        let women: Vec<String> =
            (0..50_000).map(|_| person(&mut rng, Calling::Other, true).last.into_owned()).collect();
        let men: Vec<String> = (0..50_000).map(|_| person(&mut rng, Calling::Other, false).last.into_owned()).collect();
        assert!(women.iter().any(|n| n == "Kowalska") && !women.iter().any(|n| n == "Kowalski"));
        assert!(men.iter().any(|n| n == "Kowalski") && !men.iter().any(|n| n == "Begum" || n == "Kaur"));
        assert!(men.iter().any(|n| n.starts_with("García ")) && women.iter().any(|n| n.contains('-')));
        assert!(men.iter().any(|n| n.contains('\'')));
    }
}
