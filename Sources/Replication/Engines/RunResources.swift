import Assets

/// Disk and memory that a run needs, and what there is of both.
package struct RunResources: Sendable, Equatable {
  /// Something that is written.
  package struct DiskUse: Sendable, Equatable {
    /// What it is, as a noun.
    package let what: String
    /// Its size.
    package let bytes: Int
    /// Whether it is gone when the run is done.
    package let isTemporary: Bool

    /// Something that is written.
    package init(_ what: String, bytes: Int, isTemporary: Bool = false) {
      (self.what, self.bytes, self.isTemporary) = (what, bytes, isTemporary)
    }

    /// The same of a size that was estimated.
    init(_ what: String, _ bytes: Double, isTemporary: Bool = false) {
      self.init(what, bytes: RunResources.whole(bytes), isTemporary: isTemporary)
    }
  }

  /// Memory that evaluating a model takes.
  package struct EvaluationMemory: Sendable, Equatable {
    /// Bytes at its peak.
    package let bytes: Int
    /// Whether the weights are read a layer at a time, because this machine has no room for all of them.
    package let isLayerByLayer: Bool

    /// Memory of an evaluation.
    package init(bytes: Int, isLayerByLayer: Bool = false) {
      (self.bytes, self.isLayerByLayer) = (bytes, isLayerByLayer)
    }
  }

  /// What is still to be written, in the order in which it is.
  package let disk: [DiskUse]
  /// Bytes of memory at the peak of training; nil if nothing is trained, or the engine cannot tell.
  package let trainingMemory: Int?
  /// Memory at the peak of evaluation; nil if nothing is evaluated, or the engine cannot tell.
  package let evaluation: EvaluationMemory?
  /// What this machine has.
  package let room: MachineRoom

  /// Gathers what is needed and what there is.
  package init(
    disk: [DiskUse], trainingMemory: Int?, evaluation: EvaluationMemory?, room: MachineRoom
  ) {
    self.disk = disk.filter { $0.bytes > 0 }
    (self.trainingMemory, self.evaluation) = (trainingMemory, evaluation)
    self.room = room
  }

  /// Bytes of disk at the same time.
  package var diskBytes: Int { disk.reduce(0) { Self.sum($0, $1.bytes) } }

  /// Bytes of memory at the peak of all; nil if nothing is known of it.
  package var memoryBytes: Int? { [trainingMemory, evaluation?.bytes].compactMap(\.self).max() }

  /// Whether there is too little disk; false where the system does not tell how much there is.
  package var lacksDisk: Bool { room.freeDisk.map { diskBytes > $0 } ?? false }

  /// Whether there is too little memory; false where the system does not tell how much there is.
  package var lacksMemory: Bool {
    room.availableMemory.map { (memoryBytes ?? 0) > $0 } ?? false
  }

  /// A size as a whole number, the largest one for what is larger or not a number.
  static func whole(_ bytes: Double) -> Int { bytes < 9e18 ? Int(max(0, bytes)) : .max }

  private static func sum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}
