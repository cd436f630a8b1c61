import Files
package import LanguageModels
package import Scoring

extension GenerationRules {
  /// Checks that texts of some tasks are generated as the harness would; tasks without texts have no such rules.
  ///
  /// - Throws: ``EvaluationError`` `invalidRequest` that names the keys of generation_config.json that are not computed.
  package func check(for tasks: [EvaluationTask]) throws {
    guard !notComputed.isEmpty,
      let task = tasks.first(where: \.isGenerative)
    else { return }
    throw EvaluationError(
      .invalidRequest,
      "The model's generation_config.json sets \(notComputed.joined(separator: " and ")); texts, as \(task.name) asks for, are not generated with that. Evaluate a copy of the model without it, or tasks that only score choices."
    )
  }
}
