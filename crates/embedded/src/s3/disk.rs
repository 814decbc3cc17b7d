//! What must be on the disk before a put is acknowledged. The tables may name an object only when a
//! power loss takes neither, or only the table's entry: so the object goes first, and for good.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What becomes of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disk {
    /// It is there again after a restart.
    Kept,
    /// It goes with the process.
    Temporary,
}

impl Disk {
    /// Waits until an object, and every folder on the way to it, is on the disk.
    pub(super) async fn settle(self, root: &Path, object: PathBuf) -> io::Result<()> {
        if self == Self::Temporary {
            return Ok(());
        }
        let root = root.to_owned();
        let settled = tokio::task::spawn_blocking(move || {
            for place in object
                .ancestors()
                .take_while(|place| place.starts_with(&root))
            {
                // Elsewhere a folder cannot be opened, and needs not be.
                if cfg!(unix) || place.is_file() {
                    File::open(place)?.sync_all()?;
                }
            }
            Ok(())
        });
        settled.await.map_err(io::Error::other)?
    }
}

/// Removes what is left of uploads in parts that were open when the process ended.
pub(super) fn remove_open_uploads(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_upload = name.starts_with(".upload") || name.contains(".upload-");
        if is_upload && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_uploads_are_removed_and_objects_stay() {
        let place = tempfile::tempdir().unwrap();
        let files = [
            (".upload-1.json", false),
            (".upload_id-1.part-1", false),
            (".bucket-Yg.object-aw.upload-1.metadata.json", false),
            (".bucket-Yg.object-aw.metadata.json", true),
        ];
        for (name, _) in files {
            fs::write(place.path().join(name), "").unwrap();
        }
        fs::create_dir(place.path().join("bucket.upload-x")).unwrap();
        remove_open_uploads(place.path()).unwrap();
        for (name, stays) in files {
            assert_eq!(place.path().join(name).exists(), stays, "{name}");
        }
        assert!(place.path().join("bucket.upload-x").is_dir());
    }
}
