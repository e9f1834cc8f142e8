//! The packages of an owner, their versions, and the end of both.

use super::super::Asked;
use super::{GitHub, GitHubError, OwnerKind};
use serde::Deserialize;

/// Whose packages are asked for, which decides the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Whoever is signed in.
    Oneself(String),
    /// An organisation.
    Organization(String),
    /// Somebody else.
    User(String),
}

/// A container package: a repository of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The path of its repository: the owner, a slash, and the name, in lower case as the registry has them.
    pub path: String,
    /// The name as the API has it.
    pub name: String,
    /// Whether everybody may see it.
    pub public: Option<bool>,
}

/// A version of a package: one manifest, and the tags that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub id: u64,
    /// The digest of the manifest, as the API says it.
    pub digest: String,
    /// Its tags.
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
struct PackageEntry {
    name: String,
    visibility: Option<String>,
    owner: Option<OwnerEntry>,
}

#[derive(Deserialize)]
struct OwnerEntry {
    login: String,
}

#[derive(Deserialize)]
struct VersionEntry {
    id: u64,
    name: String,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    container: Option<Container>,
}

#[derive(Deserialize)]
struct Container {
    tags: Option<Vec<String>>,
}

impl Owner {
    /// The name of the account; empty where it is whoever the token belongs to.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Oneself(name) | Self::Organization(name) | Self::User(name) => name,
        }
    }

    /// What kind of account it is.
    #[must_use]
    pub fn kind(&self) -> OwnerKind {
        match self {
            Self::Oneself(_) | Self::User(_) => OwnerKind::User,
            Self::Organization(_) => OwnerKind::Organization,
        }
    }

    fn segments(&self) -> Vec<&str> {
        match self {
            Self::Oneself(_) => vec!["user"],
            Self::Organization(name) => vec!["orgs", name],
            Self::User(name) => vec!["users", name],
        }
    }
}

impl From<VersionEntry> for Version {
    fn from(entry: VersionEntry) -> Self {
        let tags = entry.metadata.and_then(|metadata| metadata.container).and_then(|container| container.tags);
        Self { id: entry.id, digest: entry.name, tags: tags.unwrap_or_default() }
    }
}

impl GitHub {
    /// Whether an account is the one that is signed in.
    #[must_use]
    pub fn is_oneself(&self, name: &str) -> bool {
        self.username().is_some_and(|user| user.eq_ignore_ascii_case(name))
    }

    /// The container packages of an account, or of whoever is signed in; only those that everybody may see, if `public`.
    ///
    /// # Errors
    /// When there is no such account, or the token does not reach that far.
    pub async fn packages(&self, account: Option<&str>, public: bool) -> Result<(Owner, Vec<Package>), GitHubError> {
        let mut query = vec![("package_type", "container")];
        if public {
            query.push(("visibility", "public"));
        }
        let words =
            account.map_or_else(|| "list one's own packages".to_owned(), |name| format!("list the packages of {name}"));
        let asked = self.asked(words);
        let (owner, entries) = self
            .first(account, async |owner| {
                let url = self.address(&[owner.segments(), vec!["packages"]].concat());
                self.pages::<PackageEntry>(url, &query, &asked).await
            })
            .await?;
        let packages = entries.into_iter().map(|entry| entry.of(&owner)).collect();
        Ok((owner, packages))
    }

    /// A package.
    ///
    /// # Errors
    /// When there is none, or the token may not know of it.
    pub async fn package(&self, owner: &Owner, name: &str) -> Result<Package, GitHubError> {
        let asked = self.asked(format!("look at package {}/{name}", owner.name()));
        let entry: PackageEntry = self.document(&self.address(&of_package(owner, name)), &asked).await?;
        Ok(entry.of(owner))
    }

    /// The versions of a package of an account, newest first, and what kind of owner that is.
    ///
    /// # Errors
    /// When there is no such package, or the token may not know of it.
    pub async fn find_versions(&self, account: &str, name: &str) -> Result<(Owner, Vec<Version>), GitHubError> {
        self.first(Some(account), async |owner| self.versions(owner, name).await).await
    }

    /// The versions of a package, newest first.
    ///
    /// # Errors
    /// When there is no such package, or the token may not know of it.
    pub async fn versions(&self, owner: &Owner, name: &str) -> Result<Vec<Version>, GitHubError> {
        let asked = self.asked(format!("list the versions of package {}/{name}", owner.name()));
        let url = self.address(&[of_package(owner, name), vec!["versions"]].concat());
        let entries = self.pages::<VersionEntry>(url, &[], &asked).await?;
        Ok(entries.into_iter().map(Version::from).collect())
    }

    /// Deletes a version with all its tags.
    ///
    /// # Errors
    /// [`GitHubError::LastTag`] when it is the only one with tags; a token that may not delete.
    pub async fn delete_version(&self, owner: &Owner, name: &str, version: &Version) -> Result<(), GitHubError> {
        let asked = self.deletion_of(owner, name, version);
        let id = version.id.to_string();
        self.delete(&self.address(&[of_package(owner, name), vec!["versions", &id]].concat()), &asked).await
    }

    /// What deleting a version comes to that is the only one with tags, without asking GitHub.
    #[must_use]
    pub fn last_tag(&self, owner: &Owner, name: &str, version: &Version) -> GitHubError {
        GitHubError::LastTag { asked: self.deletion_of(owner, name, version) }
    }

    fn deletion_of(&self, owner: &Owner, name: &str, version: &Version) -> Asked {
        let what = version.tags.first().unwrap_or(&version.digest);
        self.asked(format!("delete version {what} of package {}/{name}", owner.name()))
    }

    /// Deletes a package with all its versions.
    ///
    /// # Errors
    /// A token that may not delete.
    pub async fn delete_package(&self, owner: &Owner, name: &str) -> Result<(), GitHubError> {
        let asked = self.asked(format!("delete package {}/{name}", owner.name()));
        self.delete(&self.address(&of_package(owner, name)), &asked).await
    }

    /// Asks as each kind of owner the account may be, until there is one.
    async fn first<T>(
        &self,
        account: Option<&str>,
        ask: impl AsyncFn(&Owner) -> Result<T, GitHubError>,
    ) -> Result<(Owner, T), GitHubError> {
        let account = account.filter(|name| !name.is_empty());
        let name = account.or(self.username()).unwrap_or_default().to_owned();
        if account.is_none_or(|account| self.is_oneself(account)) {
            let owner = Owner::Oneself(name);
            return ask(&owner).await.map(|found| (owner, found));
        }
        let organization = Owner::Organization(name.clone());
        match ask(&organization).await {
            Err(GitHubError::NotFound { .. }) => {
                let user = Owner::User(name);
                ask(&user).await.map(|found| (user, found))
            }
            other => other.map(|found| (organization, found)),
        }
    }
}

impl PackageEntry {
    fn of(self, owner: &Owner) -> Package {
        let login = self.owner.map_or_else(|| owner.name().to_owned(), |owner| owner.login);
        Package {
            path: format!("{login}/{}", self.name).to_lowercase(),
            name: self.name,
            public: self.visibility.map(|visibility| visibility == "public"),
        }
    }
}

fn of_package<'a>(owner: &'a Owner, name: &'a str) -> Vec<&'a str> {
    [owner.segments(), vec!["packages", "container", name]].concat()
}
