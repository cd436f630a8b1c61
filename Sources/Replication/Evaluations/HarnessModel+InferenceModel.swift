import LanguageModels
import Records
import Tensors
import Tokenizers

extension HarnessModel {
  /// Describes a model that was loaded from `path`.
  init(path: String, _ loaded: InferenceModel) {
    self.init(
      path: path, parameterCount: loaded.weights.parameterCount,
      maximumLength: loaded.weights.configuration.maximumPositions)
    let tokenizer = loaded.tokenizer
    func token(_ id: Int32?) -> SpecialToken? {
      id.map { SpecialToken(text: tokenizer.decode([$0], skippingSpecialTokens: false), id: $0) }
    }
    beginOfSequence = token(tokenizer.beginOfSequenceID)
    endOfSequence = token(tokenizer.endOfSequenceID)
    padding = token(tokenizer.paddingID)
  }
}
