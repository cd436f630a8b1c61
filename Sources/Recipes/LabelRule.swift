/// Which tokens of a conversation are learned: the options of Axolotl's `chat_template` data sets.
package struct LabelRule: Sendable, Equatable {
  /// Which end-of-turn tokens are learned (`train_on_eos`, `train_on_eot`).
  package enum EndOfTurn: String, Sendable, CaseIterable {
    /// Those of learned turns.
    case turn
    /// Those of all turns.
    case all
    /// None.
    case none
  }

  /// Roles whose content is learned (`roles_to_train`).
  package var trainedRoles: [String]
  /// Whether the content of every role is learned (`train_on_inputs`); role headers never are.
  package var trainsOnInputs: Bool
  /// Which end-of-turn tokens are learned.
  package var endOfTurn: EndOfTurn

  /// Gathers the options; the defaults are Axolotl's.
  package init(
    trainedRoles: [String] = ["assistant"], trainsOnInputs: Bool = false,
    endOfTurn: EndOfTurn = .turn
  ) {
    self.trainedRoles = trainedRoles
    self.trainsOnInputs = trainsOnInputs
    self.endOfTurn = endOfTurn
  }
}
