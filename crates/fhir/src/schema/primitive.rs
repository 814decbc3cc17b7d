//! Primitive datatypes: <http://hl7.org/fhir/R4/datatypes.html#primitive>

/// Declares the primitive types with their names.
macro_rules! primitives {
    ($($name:ident = $code:literal,)+) => {
        /// A primitive type; the variants are R4's names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are the specification's")]
        pub enum Primitive {
            $($name,)+
        }

        impl Primitive {
            /// The primitive of this name, e.g. `positiveInt`.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($code => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// The name, e.g. `positiveInt`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

primitives! {
    Base64Binary = "base64Binary",
    Boolean = "boolean",
    Canonical = "canonical",
    Code = "code",
    Date = "date",
    DateTime = "dateTime",
    Decimal = "decimal",
    Id = "id",
    Instant = "instant",
    Integer = "integer",
    Markdown = "markdown",
    Oid = "oid",
    PositiveInt = "positiveInt",
    String = "string",
    Time = "time",
    UnsignedInt = "unsignedInt",
    Uri = "uri",
    Url = "url",
    Uuid = "uuid",
    Xhtml = "xhtml",
}

/// The JSON kind of a primitive's value: <http://hl7.org/fhir/R4/json.html#primitive>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Number,
    String,
}

impl Primitive {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Boolean => Kind::Boolean,
            Self::Decimal | Self::Integer | Self::PositiveInt | Self::UnsignedInt => Kind::Number,
            _ => Kind::String,
        }
    }

    /// Whether values of this type are links that a transaction rewrites
    /// (<http://hl7.org/fhir/R4/http.html#trules>): never `canonical`.
    pub(crate) fn is_link(self) -> bool {
        matches!(self, Self::Uri | Self::Url | Self::Oid | Self::Uuid)
    }
}
