/// What a resolver tells while it works; a terminal turns it into lines and bars.
///
/// `item` is the name of an asset, or the file name of a wheel that several assets share.
package enum AssetEvent: Sendable, Equatable {
  /// The item was already in the store and its digest is right.
  case reused(item: String)
  /// The item was found in a mirror folder.
  case mirrored(item: String, path: String)
  /// The item's stored copy is damaged and not used; it is left, or set aside by whoever stores the item anew.
  case damaged(item: String, path: String)
  /// What a person should know besides, in a sentence.
  case note(String)
  /// A download begins, or goes on where an earlier one was interrupted (`resumedFrom` bytes are there).
  case downloading(item: String, resumedFrom: Int, totalBytes: Int?)
  /// A download has this many bytes so far.
  case progress(item: String, bytes: Int, totalBytes: Int?)
  /// A download failed and is tried again.
  case retrying(item: String, attempt: Int, reason: String)
  /// Another process is fetching the same item; this one waits for it.
  case waiting(item: String)
  /// The item is in the store with the right digest.
  case stored(item: String, bytes: Int)
}
