//! A PostgreSQL server of the test's own, which it may stop and start.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A running server; stopped and removed when the test ends.
pub(crate) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes and starts one. No sync to the disk: only the server stops here, never the machine.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut cluster = Self { folder, programs: programs(), port: 0 };
        if is_root() {
            done(Command::new("chown").arg("postgres").arg(cluster.folder.path()));
        }
        let arguments = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        done(cluster.program("initdb").args(arguments));
        // Somebody else may have taken the port.
        let mut dice = fastrand::Rng::new();
        for _ in 0..8 {
            cluster.port = dice.u16(20_000..32_000);
            if cluster.up() {
                return cluster;
            }
        }
        panic!("PostgreSQL does not start");
    }

    /// A database that `almoner init` makes.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/almoner", self.port)
    }

    /// Ends it as a crash does: every connection breaks.
    pub(crate) fn down(&self) {
        done(self.program("pg_ctl").args(["--mode=immediate", "--wait", "--silent", "stop"]));
    }

    /// Starts it; says whether that worked.
    pub(crate) fn up(&self) -> bool {
        let place = self.folder.path().display();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='{place}' -c fsync=off -c full_page_writes=off",
            self.port
        );
        let log = format!("--log={place}/server.log");
        let mut start = self.program("pg_ctl");
        start.args([&log, "--wait", "--timeout=30", "--silent", "-o", &options, "start"]);
        start.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
    }

    /// A program of the server's, as the user that owns it: it refuses root.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(if is_root() { "runuser" } else { "env" });
        if is_root() {
            command.args(["-u", "postgres", "--"]);
        }
        command.arg(self.programs.join(name)).arg(format!("--pgdata={}/data", self.folder.path().display()));
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be down already.
        let mut stop = self.program("pg_ctl");
        drop(stop.args(["--mode=immediate", "--wait", "stop"]).stdout(Stdio::null()).stderr(Stdio::null()).status());
    }
}

/// Whether this test is root.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Where the newest server's programs are.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let found = versions.filter(|entry| entry.path().join("bin/initdb").exists());
    let newest = found.max_by_key(|entry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    let on_path =
        || std::env::split_paths(&std::env::var_os("PATH").unwrap()).find(|path| path.join("initdb").exists());
    let found = newest.map(|entry| entry.path().join("bin")).or_else(on_path);
    found.unwrap_or_else(|| panic!("PostgreSQL is needed: `./dev postgres` installs it"))
}

fn done(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
