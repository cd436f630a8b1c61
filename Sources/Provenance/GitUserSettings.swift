import CLibgit2
import Files
import Glibc

/// The settings of git that are the user's and the machine's own: only these may name a program.
///
/// A repository may have come from anybody, so what its own settings call a program is never run.
package struct GitUserSettings: Sendable, Equatable {
  /// The files, those that count less first; one that is not there says nothing.
  private let files: [String]

  /// Creates settings from at most three files, those that count less first.
  package init(files: [String]) { self.files = files }

  /// The files that git reads for this process: those of the machine, then those of the user.
  package static var ofThisProcess: GitUserSettings {
    git_libgit2_init()
    defer { git_libgit2_shutdown() }
    var files: [String] = []
    if variable("GIT_CONFIG_NOSYSTEM") == nil {
      files += [variable("GIT_CONFIG_SYSTEM") ?? found(git_config_find_system)].compactMap(\.self)
    }
    if let global = variable("GIT_CONFIG_GLOBAL") {
      files.append(global)
    } else {
      files += [found(git_config_find_xdg), found(git_config_find_global)].compactMap(\.self)
    }
    return GitUserSettings(files: files)
  }

  /// The value of a setting, in which a leading "~" is the user's home; nil if it is not set.
  ///
  /// - Throws: ``ProvenanceError`` `repository` if a file cannot be read.
  package func value(_ name: String) throws(ProvenanceError) -> String? {
    do throws(GitFailure) {
      return try string(name)
    } catch {
      throw AnchorStore.error("Your settings of git cannot be used", error)
    }
  }

  /// What ``value(_:)`` says, with the failure of the library.
  func string(_ name: String) throws(GitFailure) -> String? {
    try read { GitSettingsReader.string(name, in: $0) }
  }

  /// A setting that is a yes or a no; nil if it is not set.
  func flag(_ name: String) throws(GitFailure) -> Bool? {
    try read { (configuration) throws(GitFailure) in
      try GitSettingsReader.flag(name, in: configuration)
    }
  }

  private func read<Value>(
    _ body: (OpaquePointer?) throws(GitFailure) -> Value
  ) throws(GitFailure) -> Value {
    git_libgit2_init()
    defer { git_libgit2_shutdown() }
    var configuration: OpaquePointer?
    try GitFailure.check(git_config_new(&configuration), "make room for settings")
    defer { git_config_free(configuration) }
    let levels = [GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL]
    for (file, level) in zip(files, levels) {
      try GitFailure.check(
        git_config_add_file_ondisk(configuration, file, level, nil, 0), "read \(file)")
    }
    return try body(configuration)
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  private static func found(_ find: (UnsafeMutablePointer<git_buf>?) -> Int32) -> String? {
    var buffer = git_buf()
    guard find(&buffer) == 0 else { return nil }
    defer { git_buf_dispose(&buffer) }
    return buffer.ptr.map { String(cString: $0) }
  }
}

/// Reads single values of settings that libgit2 has open.
enum GitSettingsReader {
  /// The value of a setting; nil if it is not set.
  static func string(_ name: String, in configuration: OpaquePointer?) -> String? {
    var value = git_buf()
    guard git_config_get_path(&value, configuration, name) == 0 else { return nil }
    defer { git_buf_dispose(&value) }
    return value.ptr.map { String(cString: $0) }
  }

  /// A setting that is a yes or a no; nil if it is not set.
  static func flag(_ name: String, in configuration: OpaquePointer?) throws(GitFailure) -> Bool? {
    var value: Int32 = 0
    let code = git_config_get_bool(&value, configuration, name)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "read git's setting \(name)")
    return value != 0
  }
}
