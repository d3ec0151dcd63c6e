//! Which files nobody may send by mail: by what their names end with and by what they are (LIM-01).

use std::fmt;

words! {
    /// What a file is, by how it begins, whatever it is called.
    pub enum FileKind {
        /// A program of Windows, or a part of one.
        WindowsProgram = "windows_program",
        /// A program of Linux.
        LinuxProgram = "linux_program",
        /// A program of macOS.
        MacProgram = "mac_program",
        /// Lines for a command interpreter, which its first line names.
        Script = "script",
        /// A shortcut of Windows, which can start anything.
        Shortcut = "shortcut",
        /// The picture of a disk, which Windows opens as one.
        DiskImage = "disk_image",
        /// A help file of Windows, which can run scripts.
        HelpFile = "help_file",
    }
}

/// Bytes from a file's beginning that tell its kind.
pub const BEGINNING: usize = 36 * 1024;

impl FileKind {
    /// What a file is, of its first [`BEGINNING`] bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins = |with: &[u8]| bytes.starts_with(with);
        let at = |place: usize, with: &[u8]| bytes.get(place..).is_some_and(|rest| rest.starts_with(with));
        // A Java class begins like a fat program of macOS; what stands there is then its version, never so small a count.
        let fat =
            begins(&[0xca, 0xfe, 0xba, 0xbe]) && bytes.get(4..8).is_some_and(|four| four < [0, 0, 0, 20].as_slice());
        let thin =
            [[0xfe, 0xed, 0xfa, 0xce], [0xfe, 0xed, 0xfa, 0xcf], [0xce, 0xfa, 0xed, 0xfe], [0xcf, 0xfa, 0xed, 0xfe]];
        if is_windows(bytes) {
            Some(Self::WindowsProgram)
        } else if begins(b"\x7fELF") {
            Some(Self::LinuxProgram)
        } else if fat || thin.iter().any(|magic| begins(magic)) {
            Some(Self::MacProgram)
        } else if begins(b"#!") {
            Some(Self::Script)
        } else if begins(&[0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0]) {
            Some(Self::Shortcut)
        } else if at(0x8001, b"CD001") || begins(b"conectix") || begins(b"vhdxfile") {
            Some(Self::DiskImage)
        } else if begins(b"ITSF") {
            Some(Self::HelpFile)
        } else {
            None
        }
    }

    /// As a refusal names it.
    pub const fn told(self) -> &'static str {
        match self {
            Self::WindowsProgram => "a Windows program",
            Self::LinuxProgram => "a Linux program",
            Self::MacProgram => "a macOS program",
            Self::Script => "a script",
            Self::Shortcut => "a Windows shortcut",
            Self::DiskImage => "a disk image",
            Self::HelpFile => "a Windows help file",
        }
    }
}

/// `MZ` alone begins texts, too: a program says where its own header is, and has room for it.
fn is_windows(bytes: &[u8]) -> bool {
    let at = bytes.get(0x3c..0x40).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    bytes.starts_with(b"MZ") && at.is_some_and(|at| at >= 0x20)
}

/// What the policy says of attachments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRules {
    /// What the names of refused files end with, in small letters and without the dot.
    pub blocked_extensions: Vec<String>,
    /// What refused files are.
    pub blocked_kinds: Vec<FileKind>,
    /// So many archives may stand in one another.
    pub archive_depth: u16,
    /// Files of one message, those in archives counted.
    pub files: u32,
    /// What its archives hold, unpacked as far as is looked at.
    pub unpacked_mib: u32,
    /// Archives that nobody can look into without a password are taken; the names in them are looked at.
    pub locked_archives: bool,
}

/// Why a message is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// By what a name ends with.
    Extension(String),
    /// By what it is.
    Kind(FileKind),
    /// It cannot be looked into.
    Locked,
    /// It says that it is an archive, and is none that can be read.
    Damaged,
    /// It holds more than is looked at.
    TooMuch,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension(extension) => write!(f, "Attachments of this type are not taken: .{extension}"),
            Self::Kind(kind) => write!(f, "Attachments of this type are not taken: {}", kind.told()),
            Self::Locked => f.write_str("Archives with a password are not taken"),
            Self::Damaged => f.write_str("An attached archive cannot be read"),
            Self::TooMuch => {
                f.write_str("Its parts and archives hold more than is looked at: send fewer, or smaller ones")
            }
        }
    }
}

impl AttachmentRules {
    /// Whether a name is one of a refused file. Blanks and dots behind it count for nothing, as Windows has it.
    pub fn blocks_name(&self, name: &str) -> Option<Blocked> {
        let name = name.trim_end_matches(|c: char| c == '.' || c.is_whitespace() || c.is_control());
        let (_, extension) = name.rsplit_once('.')?;
        let extension = extension.to_lowercase();
        self.blocked_extensions.contains(&extension).then_some(Blocked::Extension(extension))
    }

    /// Whether a file that begins so is a refused one.
    pub fn blocks_bytes(&self, beginning: &[u8]) -> Option<Blocked> {
        FileKind::of(beginning).filter(|kind| self.blocked_kinds.contains(kind)).map(Blocked::Kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> AttachmentRules {
        AttachmentRules {
            blocked_extensions: vec!["exe".into(), "js".into()],
            blocked_kinds: vec![FileKind::WindowsProgram, FileKind::Script],
            archive_depth: 3,
            files: 100,
            unpacked_mib: 1,
            locked_archives: true,
        }
    }

    // Proves: LIM-01
    #[test]
    fn a_name_is_judged_by_its_last_extension_as_windows_reads_it() {
        for (name, blocked) in [
            ("setup.exe", true),
            ("SETUP.EXE", true),
            ("report.pdf.exe", true),
            ("setup.exe. .", true),
            ("setup.exe\u{a0}", true),
            ("setup.exe\0", true),
            (".js", true),
            ("setup.exe.pdf", false),
            ("exe", false),
            ("setup.exes", false),
            ("", false),
        ] {
            assert_eq!(rules().blocks_name(name).is_some(), blocked, "{name:?}");
        }
        let told = rules().blocks_name("secret plan.EXE").unwrap().to_string();
        assert_eq!(told, "Attachments of this type are not taken: .exe", "never the name");
    }

    fn program() -> Vec<u8> {
        let mut bytes = vec![0; 0x40];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x80;
        bytes
    }

    fn disk() -> Vec<u8> {
        let mut bytes = vec![0; BEGINNING];
        bytes[0x8001..0x8006].copy_from_slice(b"CD001");
        bytes
    }

    // Proves: LIM-01
    #[test]
    fn a_file_is_what_it_begins_with_whatever_it_is_called() {
        for (bytes, kind) in [
            (program(), Some(FileKind::WindowsProgram)),
            (program()[..0x3f].to_vec(), None),
            (
                b"MZ is how this text begins, which goes on for somewhat more than sixty letters \0".to_vec(),
                Some(FileKind::WindowsProgram),
            ),
            (b"MZ".to_vec(), None),
            (b"\x7fELF\x02".to_vec(), Some(FileKind::LinuxProgram)),
            (b"\xcf\xfa\xed\xfe".to_vec(), Some(FileKind::MacProgram)),
            (b"\xca\xfe\xba\xbe\0\0\0\x02".to_vec(), Some(FileKind::MacProgram)),
            (b"\xca\xfe\xba\xbe\0\0\0\x34".to_vec(), None),
            (b"#!/bin/sh\n".to_vec(), Some(FileKind::Script)),
            (b" #!/bin/sh\n".to_vec(), None),
            (b"\x4c\0\0\0\x01\x14\x02\0".to_vec(), Some(FileKind::Shortcut)),
            (disk(), Some(FileKind::DiskImage)),
            (disk()[..0x8005].to_vec(), None),
            (b"ITSF".to_vec(), Some(FileKind::HelpFile)),
            (b"%PDF-1.7".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(FileKind::of(&bytes), kind, "{:?}", bytes.get(..8));
        }
        assert_eq!(rules().blocks_bytes(&program()), Some(Blocked::Kind(FileKind::WindowsProgram)));
        assert_eq!(rules().blocks_bytes(b"\x7fELF"), None, "not of this policy");
    }
}
