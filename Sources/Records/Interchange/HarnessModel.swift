import Provenance
import Scoring
import Tensors
import Tokenizers

/// What results say about the model that was evaluated.
package struct HarnessModel: Sendable {
  /// A token that a tokenizer puts to use, with its text.
  package struct SpecialToken: Sendable, Equatable {
    package var text: String
    package var id: Int32

    /// Creates a token.
    package init(text: String, id: Int32) {
      self.text = text
      self.id = id
    }
  }

  /// Where the model was read from, as the user named it; the harness's `pretrained`.
  package var path: String
  /// Number of weights.
  package var parameterCount: Int
  /// Longest input in tokens.
  package var maximumLength: Int
  /// The checkpoint's chat template; nil if it has none.
  package var chatTemplate: String?
  /// The tokenizer's special tokens; nil where it has none.
  package var beginOfSequence: SpecialToken?
  package var endOfSequence: SpecialToken?
  package var padding: SpecialToken?

  /// Creates a description.
  package init(path: String, parameterCount: Int, maximumLength: Int) {
    self.path = path
    self.parameterCount = parameterCount
    self.maximumLength = maximumLength
  }

  /// The name of the folder that results of a model go to: its path with each run of `"<>:/|\?*[]` as two underscores.
  package static func folderName(of path: String) -> String {
    var name = ""
    var isReplacing = false
    for scalar in path.unicodeScalars {
      if "\"<>:/|\\?*[]".unicodeScalars.contains(scalar) {
        if !isReplacing { name += "__" }
        isReplacing = true
      } else {
        name.unicodeScalars.append(scalar)
        isReplacing = false
      }
    }
    // These two would not be a folder of their own.
    return name == "." || name == ".." ? name + "__" : name
  }
}
