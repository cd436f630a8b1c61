import Foundation

/// What the command line says, byte by byte, before it is read as text.
enum CommandLineText {
  /// Whether it asks for one JSON object, which is printed even if the rest of it cannot be understood.
  static var asksForJSON: Bool {
    CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--json")
  }

  /// Why the command line cannot be read as it is meant; nil if it can.
  ///
  /// An argument that is not UTF-8 would be read as another one, and name another file; an empty name of a folder would
  /// stand for the working directory.
  static func problem() -> String? {
    let arguments = (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] }
    for argument in arguments where String(validatingCString: argument) == nil {
      return
        "the argument \"\(String(cString: argument))\" is not UTF-8, and nothing was done: rename the file or folder, or go into the folder and name it by \".\"."
    }
    let texts = arguments.map { String(cString: $0) }
    let isEmpty = zip(texts, texts.dropFirst()).contains { $0 == "--artifacts" && $1.isEmpty }
    return isEmpty || texts.contains("--artifacts=")
      ? "--artifacts is empty, and nothing was done: name a folder, as in --artifacts artifacts."
      : nil
  }
}
