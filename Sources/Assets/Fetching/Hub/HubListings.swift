import Synchronization

/// The lists of repositories' files that were asked for, so that each is asked for once and a branch is one commit.
final class HubListings: Sendable {
  /// A list, as far as its files were wanted.
  struct Listing: Sendable {
    /// The repository, at the revision that was asked for.
    let repository: HubRepository
    /// Paths that the list says of whether they are there.
    let wanted: Set<String>
    let tree: HubTree
  }

  private let listings = Mutex<[Listing]>([])

  /// The latest list of a repository.
  func listing(of repository: HubRepository) -> Listing? {
    listings.withLock { $0.last { $0.repository == repository } }
  }

  /// Adds a list.
  func add(_ listing: Listing) { listings.withLock { $0.append(listing) } }
}
