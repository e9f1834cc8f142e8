//! How a text is to be read: the version, and what a capabilities file allows.

/// A version of Rego.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegoVersion {
    /// Rego as before OPA 1.0.
    V0,
    /// Rego as before OPA 1.0 that must also read as Rego of OPA 1.0.
    V0V1,
    /// Rego of OPA 1.0.
    V1,
    /// Rego 2.
    V2,
}

/// A keyword that has to be imported in some version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Keyword {
    In,
    Every,
    Contains,
    If,
    Not,
    And,
    Or,
}

impl Keyword {
    /// All of them, as OPA sorts their names.
    pub const ALL: [Self; 7] = [Self::And, Self::Contains, Self::Every, Self::If, Self::In, Self::Not, Self::Or];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Every => "every",
            Self::Contains => "contains",
            Self::If => "if",
            Self::Not => "not",
            Self::And => "and",
            Self::Or => "or",
        }
    }

    /// The keyword of a word.
    #[must_use]
    pub fn of(word: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|keyword| keyword.as_str().as_bytes() == word)
    }
}

/// A set of [`Keyword`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Keywords(u8);

impl Keywords {
    /// None.
    pub const NONE: Self = Self(0);
    /// `in`, `every`, `contains`, `if`: to be imported in v0, part of the language since v1.
    pub const OF_V1: Self = Self(0b000_1111);
    /// `not` (with bodies), `and`, `or`: to be imported in v1, part of the language since v2.
    pub const OF_V2: Self = Self(0b111_0000);
    /// All seven.
    pub const ALL: Self = Self(0b111_1111);

    /// These and one more.
    #[must_use]
    pub const fn with(self, keyword: Keyword) -> Self {
        Self(self.0 | 1 << keyword as u8)
    }

    /// These and those.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a keyword is among them.
    #[must_use]
    pub const fn contains(self, keyword: Keyword) -> bool {
        self.0 & (1 << keyword as u8) != 0
    }

    /// The keywords, sorted by name.
    pub fn iter(self) -> impl Iterator<Item = Keyword> {
        Keyword::ALL.into_iter().filter(move |keyword| self.contains(*keyword))
    }
}

/// The features of a capabilities file that matter to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Features {
    pub rego_v1: bool,
    pub rego_v2: bool,
    pub rego_v1_import: bool,
    pub rego_v2_import: bool,
    pub keywords_in_refs: bool,
    pub template_strings: bool,
}

impl Features {
    /// The features of a list of names; names that do not matter to a reader are passed over.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut features = Self::default();
        for name in names {
            match name {
                "rego_v1" => features.rego_v1 = true,
                "rego_v2" => features.rego_v2 = true,
                "rego_v1_import" => features.rego_v1_import = true,
                "rego_v2_import" => features.rego_v2_import = true,
                "keywords_in_refs" => features.keywords_in_refs = true,
                "template_strings" => features.template_strings = true,
                _ => {}
            }
        }
        features
    }
}

/// How a text is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The version of Rego.
    pub version: RegoVersion,
    /// The features of the capabilities.
    pub features: Features,
    /// The future keywords of the capabilities.
    pub keywords: Keywords,
    /// A future keyword of the capabilities that OPA does not know: every text is refused with it.
    pub unknown_keyword: Option<String>,
    /// The keywords that imports before the text made active.
    pub imported: Keywords,
    /// Whether rules are taken that a module of OPA 1.0 must not have.
    pub lenient: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self::new(RegoVersion::V1)
    }
}

impl Options {
    /// What OPA 1.22.2 takes for a version when no capabilities file is given.
    #[must_use]
    pub fn new(version: RegoVersion) -> Self {
        let current = Features {
            rego_v1: true,
            rego_v2: true,
            rego_v2_import: true,
            keywords_in_refs: true,
            template_strings: true,
            rego_v1_import: false,
        };
        let (features, keywords) = match version {
            RegoVersion::V0 | RegoVersion::V0V1 => {
                (Features { template_strings: false, rego_v1_import: true, ..current }, Keywords::ALL)
            }
            RegoVersion::V1 => (current, Keywords::OF_V2),
            RegoVersion::V2 => (Features { rego_v1_import: true, ..current }, Keywords::NONE),
        };
        Self { version, features, keywords, unknown_keyword: None, imported: Keywords::NONE, lenient: false }
    }

    /// The same with the lists of a capabilities file.
    #[must_use]
    pub fn with_capabilities<'a>(
        mut self,
        features: impl IntoIterator<Item = &'a str>,
        keywords: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.features = Features::named(features);
        self.keywords = Keywords::NONE;
        self.unknown_keyword = None;
        for word in keywords {
            match Keyword::of(word.as_bytes()) {
                Some(keyword) => self.keywords = self.keywords.with(keyword),
                None => {
                    self.unknown_keyword.get_or_insert_with(|| word.to_owned());
                }
            }
        }
        self
    }

    /// Whether keywords may stand in refs.
    #[must_use]
    pub fn keywords_in_refs(&self) -> bool {
        self.features.keywords_in_refs || (self.version == RegoVersion::V2 && self.features.rego_v2)
    }

    /// Whether template strings may be written.
    #[must_use]
    pub fn template_strings(&self) -> bool {
        self.features.template_strings || (self.version == RegoVersion::V2 && self.features.rego_v2)
    }
}
