import LanguageModels
import Records
import Tensors
import Tokenizers

extension HarnessModel {
  /// Describes a model that was loaded from `path`.
  init(path: String, _ loaded: LoadedModel) {
    self.init(
      path: path, parameterCount: loaded.model.parameters.count,
      maximumLength: loaded.model.configuration.maximumPositions)
    let tokenizer = loaded.tokenizer
    func token(_ id: Int32?) -> SpecialToken? {
      id.map { SpecialToken(text: tokenizer.decode([$0], skippingSpecialTokens: false), id: $0) }
    }
    beginOfSequence = token(tokenizer.beginOfSequenceID)
    endOfSequence = token(tokenizer.endOfSequenceID)
    padding = token(tokenizer.paddingID)
  }
}
