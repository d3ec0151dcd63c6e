//! What people do where: jobs and units fitting the class of an organisation, titles, and what mailboxes that belong to
//! no person are called.

use std::sync::LazyLock;

use domain::status::Kind;
use fastrand::Rng;

use super::people::Class;

/// Callings that differ in who follows them and in how one addresses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calling {
    /// Medical staff.
    Doctor,
    /// Nurses, midwives and near callings.
    Nurse,
    /// Everybody else.
    Other,
}

/// A job as the table has it.
#[derive(Debug)]
pub(super) struct Job {
    /// What it is called.
    pub(super) title: &'static str,
    /// Its calling.
    pub(super) calling: Calling,
    /// How many of a hundred who do it are women.
    pub(super) women: u32,
    place: &'static str,
    upto: u32,
}

/// The jobs of every class, in the order of `slot`.
static JOBS: LazyLock<[Vec<Job>; 4]> = LazyLock::new(|| ["gp", "trust", "commissioner", "other"].map(read_jobs));

static CLINICAL: LazyLock<Vec<&str>> = LazyLock::new(|| section("clinical"));
static CORPORATE: LazyLock<Vec<&str>> = LazyLock::new(|| section("corporate"));
static SHARED: LazyLock<[Vec<&str>; 3]> = LazyLock::new(|| ["shared-trust", "shared-gp", "shared-office"].map(section));
static APPLICATIONS: LazyLock<Vec<&str>> = LazyLock::new(|| section("application"));
static RESOURCES: LazyLock<Vec<&str>> = LazyLock::new(|| section("resource"));

fn read_jobs(class: &str) -> Vec<Job> {
    let mut upto = 0;
    let lines = include_str!("data/jobs.txt").lines().filter(|line| !line.starts_with('#'));
    let jobs = lines.filter_map(|line| {
        let mut fields = line.split(';');
        if fields.next() != Some(class) {
            return None;
        }
        upto += fields.next()?.parse::<u32>().ok()?;
        let calling = match fields.next()? {
            "doctor" => Calling::Doctor,
            "nurse" => Calling::Nurse,
            _ => Calling::Other,
        };
        let women = fields.next()?.parse().ok()?;
        Some(Job { place: fields.next()?, title: fields.next()?, calling, women, upto })
    });
    jobs.collect()
}

fn section(name: &str) -> Vec<&'static str> {
    let heading = format!("[{name}]");
    let lines = include_str!("data/places.txt").lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| !line.starts_with('[')).collect()
}

/// A job in an organisation of a class. `None` only if its table were empty.
pub(super) fn job(rng: &mut Rng, class: Class) -> Option<&'static Job> {
    let [gp, trust, commissioner, other] = &*JOBS;
    let jobs: &'static [Job] = match class {
        Class::GpPractice => gp,
        Class::Trust => trust,
        Class::Commissioner => commissioner,
        Class::Other => other,
    };
    let at = rng.u32(0..jobs.last().map_or(1, |job| job.upto));
    jobs.get(jobs.partition_point(|job| job.upto <= at))
}

/// The job of an organisation's first administrator.
pub(super) fn administrators_job(class: Class) -> &'static Job {
    const fn job(title: &'static str, place: &'static str, women: u32) -> Job {
        Job { title, calling: Calling::Other, women, place, upto: 0 }
    }
    static GP: Job = job("Practice Manager", "-", 88);
    static TRUST: Job = job("IT Service Desk Manager", "Digital and IT", 30);
    static COMMISSIONER: Job = job("Head of Corporate Services", "Corporate", 60);
    static OTHER: Job = job("Service Manager", "-", 75);
    match class {
        Class::GpPractice => &GP,
        Class::Trust => &TRUST,
        Class::Commissioner => &COMMISSIONER,
        Class::Other => &OTHER,
    }
}

/// The unit that somebody with a job works in; empty where organisations of the class have none.
pub(super) fn unit(rng: &mut Rng, job: &Job) -> &'static str {
    let units: &'static [&'static str] = match job.place {
        "clinical" => &CLINICAL,
        "corporate" => &CORPORATE,
        "-" => return "",
        unit => return unit,
    };
    // The smaller of two draws: the first units of the list are the big ones.
    let index = rng.usize(0..units.len().max(1)).min(rng.usize(0..units.len().max(1)));
    units.get(index).copied().unwrap_or_default()
}

/// How somebody is addressed; empty for the few who state nothing.
pub(super) fn title(rng: &mut Rng, job: &Job, woman: bool) -> &'static str {
    let chance = rng.u32(0..1000);
    let courtesy = match chance {
        0..80 => "",
        _ if !woman => "Mr",
        80..440 => "Mrs",
        440..720 => "Miss",
        _ => "Ms",
    };
    let consultant = job.title.starts_with("Consultant") || job.title == "Clinical Director";
    match job.calling {
        Calling::Doctor if consultant && chance >= 975 => "Prof",
        // Surgeons are not called doctor.
        Calling::Doctor if consultant && (80..230).contains(&chance) => courtesy,
        Calling::Doctor => "Dr",
        Calling::Nurse | Calling::Other if chance >= 994 => "Dr",
        Calling::Nurse | Calling::Other => courtesy,
    }
}

/// The name and unit of an organisation's mailbox number `index` of a kind; no two of one kind are alike. `offset`
/// makes organisations begin at different places of the lists.
pub(super) fn function(kind: Kind, class: Class, index: usize, offset: usize) -> (String, &'static str) {
    let [of_trusts, of_practices, of_offices] = &*SHARED;
    let names: &[&'static str] = match (kind, class) {
        (Kind::Application, _) => &APPLICATIONS,
        (Kind::Resource, _) => &RESOURCES,
        (Kind::User | Kind::Shared, Class::Trust) => of_trusts,
        (Kind::User | Kind::Shared, Class::GpPractice) => of_practices,
        (Kind::User | Kind::Shared, Class::Commissioner | Class::Other) => of_offices,
    };
    let count = names.len().max(1);
    let name = names.get((index + offset) % count).copied().unwrap_or("Mailbox");
    let round = index / count;
    match (kind, class) {
        (Kind::Resource, _) => (format!("{name} {}.{:02}", offset % 5 + 1, index + 1), ""),
        (Kind::User | Kind::Shared, Class::Trust) => {
            // One unit more each round of functions, so that a pair comes back after all units have had all functions.
            let units = CLINICAL.len().max(1);
            let unit = CLINICAL.get((index + round + offset) % units).copied().unwrap_or_default();
            (numbered(format!("{unit} {name}"), index / (count * units)), unit)
        }
        (Kind::User | Kind::Shared | Kind::Application, _) => (numbered(name.to_owned(), round), ""),
    }
}

fn numbered(name: String, round: usize) -> String {
    if round == 0 { name } else { format!("{name} {}", round + 1) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const CLASSES: [Class; 4] = [Class::GpPractice, Class::Trust, Class::Commissioner, Class::Other];

    #[test]
    fn every_class_has_jobs_that_fit() {
        let table = include_str!("data/jobs.txt").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(JOBS.iter().map(Vec::len).sum::<usize>(), table, "no line is skipped");
        let units: HashSet<&str> = CLINICAL.iter().chain(CORPORATE.iter()).copied().collect();
        assert!(CLINICAL.len() > 40 && CORPORATE.len() > 10 && units.len() == CLINICAL.len() + CORPORATE.len());
        for job in JOBS.iter().flatten() {
            assert!(job.women <= 100 && job.title.len() <= 64 && job.place.len() <= 64, "{job:?}");
        }
    }

    #[test]
    fn mailboxes_of_one_kind_have_names_of_their_own() {
        for class in CLASSES {
            for (kind, offset) in [(Kind::Shared, 0), (Kind::Shared, 977), (Kind::Application, 3), (Kind::Resource, 11)]
            {
                let names: HashSet<String> = (0..3000).map(|i| function(kind, class, i, offset).0).collect();
                assert_eq!(names.len(), 3000, "{kind} {class:?} {offset}");
            }
        }
    }

    #[test]
    fn doctors_are_addressed_as_such() {
        let mut rng = Rng::with_seed(1);
        let registrar = JOBS.iter().flatten().find(|job| job.title == "Specialty Registrar").unwrap();
        let nurse = JOBS.iter().flatten().find(|job| job.title == "Staff Nurse").unwrap();
        assert!((0..1000).all(|_| title(&mut rng, registrar, true) == "Dr"));
        let titles: HashSet<&str> = (0..5000).map(|_| title(&mut rng, nurse, true)).collect();
        assert_eq!(titles, HashSet::from(["Mrs", "Miss", "Ms", "", "Dr"]));
    }
}
