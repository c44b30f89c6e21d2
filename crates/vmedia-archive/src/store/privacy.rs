//! The access control lists of Windows, in the place of the modes 0700 and 0600: the user who runs the program, the system and its
//! administrators, as in a user's own folder. Must not know what the files mean.

/// Those whose access is no finding: the system, administrators, the owner, and programs of the store, which run with less than the
/// rights of their user.
const TRUSTED: [&str; 4] = ["SY", "BA", "OW", "AC"];

/// Returns whether a list, as a security descriptor in text form, admits a user besides `own` and the trusted ones.
fn admits_others(descriptor: &str, own: &str) -> bool {
    // Without a list everyone has access; with an empty one, no user.
    let Some((_, list)) = descriptor.split_once("D:") else { return true };
    let list = list.split_once("S:").map_or(list, |(list, _)| list);
    list.contains("NO_ACCESS_CONTROL") || list.split('(').skip(1).any(|entry| entry_admits_others(entry, own))
}

fn entry_admits_others(entry: &str, own: &str) -> bool {
    let fields: Vec<&str> = entry.trim_end_matches(')').split(';').collect();
    let [kind, flags, _, _, _, user, ..] = fields.as_slice() else { return true };
    let is_denial = matches!(*kind, "D" | "OD" | "XD");
    // An entry for what is made below says nothing of the file itself.
    let is_inherited_only = flags.as_bytes().chunks(2).any(|flag| flag == b"IO");
    let is_trusted = *user == own || TRUSTED.contains(user) || user.starts_with("S-1-15-");
    !is_denial && !is_inherited_only && !is_trusted
}

#[cfg(windows)]
pub use windows::is_open_to_others;
#[cfg(windows)]
pub(super) use windows::{close_file, close_folder};

#[cfg(windows)]
mod windows {
    use super::admits_others;
    use crate::error::plain;
    use crate::store::lacking::is_lacking;
    use std::fs::File;
    use std::io::{self, ErrorKind};
    use std::path::Path;
    use windows_permissions::constants::SeObjectType::SE_FILE_OBJECT;
    use windows_permissions::constants::SecurityInformation;
    use windows_permissions::utilities::current_process_sid;
    use windows_permissions::wrappers::{ConvertSecurityDescriptorToStringSecurityDescriptor, GetSecurityInfo, SetNamedSecurityInfo};
    use windows_permissions::{LocalBox, SecurityDescriptor};

    /// Takes the rights of other users on a new folder and on what will be made in it away.
    pub(in crate::store) fn close_folder(folder: &Path) -> io::Result<()> {
        let closed = folder.canonicalize().and_then(|folder| close(&folder, "OICI"));
        closed.map_err(|error| {
            let what = "the rights of others on it cannot be taken away; a folder that you make before is used as it is";
            io::Error::new(ErrorKind::PermissionDenied, format!("{}: {what}", plain(&error)))
        })
    }

    /// Does the same for a file.
    pub(in crate::store) fn close_file(file: &Path) -> io::Result<()> {
        close(file, "")
    }

    fn close(path: &Path, flags: &str) -> io::Result<()> {
        let user = current_process_sid()?;
        match set(path, &format!("D:P(A;{flags};FA;;;{user})(A;{flags};FA;;;SY)(A;{flags};FA;;;BA)")) {
            // FAT and some shares have no lists.
            Err(error) if is_lacking(&error) => Ok(()),
            set => set,
        }
    }

    fn set(path: &Path, list: &str) -> io::Result<()> {
        let descriptor: LocalBox<SecurityDescriptor> = list.parse()?;
        let parts = SecurityInformation::Dacl | SecurityInformation::ProtectedDacl;
        SetNamedSecurityInfo(path.as_os_str(), SE_FILE_OBJECT, parts, None, None, descriptor.dacl(), None)
    }

    /// Returns whether another user than the one who runs the program, the system and its administrators has access to a file.
    pub fn is_open_to_others(file: &File) -> io::Result<bool> {
        // Windows has names of its own for some users, so this one is written as it writes all.
        let own: LocalBox<SecurityDescriptor> = format!("D:(A;;FA;;;{})", current_process_sid()?).parse()?;
        let own = text(&own)?;
        let own = own.rsplit(';').next().unwrap_or_default().trim_end_matches(')');
        Ok(admits_others(&text(&*GetSecurityInfo(file, SE_FILE_OBJECT, SecurityInformation::Dacl)?)?, own))
    }

    fn text(descriptor: &SecurityDescriptor) -> io::Result<String> {
        let text = ConvertSecurityDescriptorToStringSecurityDescriptor(descriptor, SecurityInformation::Dacl)?;
        Ok(text.to_string_lossy().into_owned())
    }

    #[cfg(test)]
    mod tests {
        use super::{close_file, close_folder, is_open_to_others, set};
        use std::fs::File;

        #[test]
        fn a_file_is_open_to_others_until_it_is_closed() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("secret");
            File::create(&path).expect("a file");
            let is_open = || is_open_to_others(&File::open(&path).expect("a file")).expect("a list");
            set(&path, "D:P(A;;FA;;;BA)(A;;FR;;;WD)").expect("set");
            assert!(is_open());
            close_file(&path).expect("closed");
            assert!(!is_open());
        }

        #[test]
        fn what_is_made_in_a_closed_folder_is_closed() {
            let folder = tempfile::tempdir().expect("a folder");
            let root = folder.path().join("archive");
            std::fs::create_dir(&root).expect("a folder");
            close_folder(&root).expect("closed");
            let file = File::create_new(root.join("file")).expect("a file");
            assert!(!is_open_to_others(&file).expect("a list"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::admits_others;

    #[test]
    fn a_list_admits_the_user_the_system_and_its_administrators_and_no_other() {
        let own = "S-1-5-21-1-2-3-1001";
        for closed in [
            "D:P(A;;FA;;;S-1-5-21-1-2-3-1001)(A;;FA;;;SY)(A;;FA;;;BA)",
            "D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;S-1-5-21-1-2-3-1001)S:AI(AU;SA;FA;;;WD)",
            "D:P(A;OICIIO;FA;;;CO)(A;;FA;;;OW)(A;;0x1200a9;;;AC)(A;;FR;;;S-1-15-2-2)",
            "D:P(D;;FA;;;WD)(A;;FA;;;SY)",
            "D:P",
        ] {
            assert!(!admits_others(closed, own), "{closed}");
        }
        for open in [
            "",
            "O:BA",
            "D:NO_ACCESS_CONTROL",
            "D:PAI(A;;FA;;;SY)(A;;0x1200a9;;;BU)",
            "D:(A;ID;0x1301bf;;;AU)",
            "D:(A;;FR;;;S-1-5-21-1-2-3-1002)",
            // Flags of two letters each, none of which is `IO`.
            "D:(A;CIOI;FR;;;WD)",
            "D:(A)",
        ] {
            assert!(admits_others(open, own), "{open}");
        }
        assert!(!admits_others("D:(A;;FA;;;LA)", "LA"));
    }
}
