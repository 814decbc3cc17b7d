//! Which keys can be files, and the files that `s3s-fs` keeps beside an object.
//!
//! S3 takes any text of up to 1,024 bytes. Here a key is a path, and its encoding is part of a file
//! name, which ends at 255 bytes: a key has no empty part and no dots for a part, and is about 120
//! bytes long at most, depending on its bucket.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::{S3Result, s3_error};

/// Bytes of a file name, on every file system in use.
const MAX_FILE_NAME: usize = 255;
/// What the longest file name beside an object has, beside bucket and key: that of an upload.
const LONGEST_ENDING: &str = ".upload-00000000-0000-0000-0000-000000000000.metadata.json";

/// Refuses a key that cannot be a file.
pub(super) fn check(bucket: &str, key: &str) -> S3Result<()> {
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    if !key.split('/').all(is_part) || key.contains('\\') {
        return Err(s3_error!(
            InvalidArgument,
            "the embedded S3 keeps no object under this key"
        ));
    }
    if beside(bucket, key).len() + LONGEST_ENDING.len() > MAX_FILE_NAME {
        return Err(s3_error!(
            KeyTooLongError,
            "the embedded S3 keeps an object in a file"
        ));
    }
    Ok(())
}

/// The files with an object's metadata. `s3s-fs` leaves them behind when it deletes the object.
pub(super) fn files_beside(folder: &Path, bucket: &str, key: &str) -> [PathBuf; 2] {
    let name = beside(bucket, key);
    [".metadata.json", ".internal.json"].map(|ending| folder.join(format!("{name}{ending}")))
}

fn beside(bucket: &str, key: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!(".bucket-{}.object-{}", encode(bucket), encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_path_below_its_bucket() {
        for good in ["a", "blob/0198/12", ".hidden", "a..b", "ä ö.ndjson.gz"] {
            assert!(check("bucket", good).is_ok(), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "../a", "a/./b", "a\\..\\b"] {
            assert!(check("bucket", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_is_short_enough_for_the_files_beside_it() {
        assert!(check("fyr", &"k".repeat(120)).is_ok());
        assert!(check("fyr", &"k".repeat(140)).is_err());
    }
}
