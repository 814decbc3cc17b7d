//! The codes that HAPI FHIR servers put into the outcome of a successful write. FUT's clients read
//! them, so this server speaks them too.

use super::Coding;

/// The code system of [`StorageCode`].
pub const STORAGE_SYSTEM: &str =
    "https://hapifhir.io/fhir/CodeSystem/hapi-fhir-storage-response-code";

/// Declares the storage codes with their code and display.
macro_rules! storage_codes {
    ($($name:ident = $code:literal, $display:literal;)+) => {
        /// What a write did. The variants are the codes; [`StorageCode::display`] explains each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each variant's display says it in a sentence")]
        pub enum StorageCode {
            $($name,)+
        }

        impl StorageCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code, e.g. `SUCCESSFUL_CREATE`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The code's text, e.g. `Create succeeded.`
            pub fn display(self) -> &'static str {
                match self {
                    $(Self::$name => $display,)+
                }
            }
        }
    };
}

storage_codes! {
    SuccessfulCreate = "SUCCESSFUL_CREATE",
        "Create succeeded.";
    SuccessfulCreateNoConditionalMatch = "SUCCESSFUL_CREATE_NO_CONDITIONAL_MATCH",
        "Conditional create succeeded: no existing resource matched the conditional URL.";
    SuccessfulCreateWithConditionalMatch = "SUCCESSFUL_CREATE_WITH_CONDITIONAL_MATCH",
        "Conditional create succeeded: an existing resource matched the conditional URL so no action was taken.";
    SuccessfulUpdate = "SUCCESSFUL_UPDATE",
        "Update succeeded.";
    SuccessfulUpdateAsCreate = "SUCCESSFUL_UPDATE_AS_CREATE",
        "Update as create succeeded.";
    SuccessfulUpdateNoChange = "SUCCESSFUL_UPDATE_NO_CHANGE",
        "Update succeeded: No changes were detected so no action was taken.";
    SuccessfulUpdateNoConditionalMatch = "SUCCESSFUL_UPDATE_NO_CONDITIONAL_MATCH",
        "Conditional update succeeded: no existing resource matched the conditional URL so a new resource was created.";
    SuccessfulUpdateWithConditionalMatch = "SUCCESSFUL_UPDATE_WITH_CONDITIONAL_MATCH",
        "Conditional update succeeded: an existing resource matched the conditional URL and was updated.";
    SuccessfulUpdateWithConditionalMatchNoChange = "SUCCESSFUL_UPDATE_WITH_CONDITIONAL_MATCH_NO_CHANGE",
        "Conditional update succeeded: an existing resource matched the conditional URL and was updated, but no changes were detected so no action was taken.";
    SuccessfulDelete = "SUCCESSFUL_DELETE",
        "Delete succeeded.";
    SuccessfulDeleteAlreadyDeleted = "SUCCESSFUL_DELETE_ALREADY_DELETED",
        "Delete succeeded: Resource was already deleted so no action was taken.";
    SuccessfulDeleteNotFound = "SUCCESSFUL_DELETE_NOT_FOUND",
        "Delete succeeded: No existing resource was found so no action was taken.";
    SuccessfulPatch = "SUCCESSFUL_PATCH",
        "Patch succeeded.";
    SuccessfulPatchNoChange = "SUCCESSFUL_PATCH_NO_CHANGE",
        "Patch succeeded: No changes were detected so no action was taken.";
    SuccessfulConditionalPatch = "SUCCESSFUL_CONDITIONAL_PATCH",
        "Conditional patch succeeded.";
    SuccessfulConditionalPatchNoChange = "SUCCESSFUL_CONDITIONAL_PATCH_NO_CHANGE",
        "Conditional patch succeeded: No changes were detected so no action was taken.";
}

impl StorageCode {
    /// The code as `issue.details.coding` takes it.
    pub fn coding(self) -> Coding {
        Coding::new(STORAGE_SYSTEM, self.as_str()).display(self.display())
    }
}
