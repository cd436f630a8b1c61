import Dispatch

/// Where long computations run: off the threads that asynchronous code shares.
package enum ComputeQueue {
  private static let queue = DispatchQueue(label: "replicate.compute", qos: .userInitiated)

  /// Runs `body` after everything that was handed over before, and returns what it returns.
  package static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result)
    async throws
    -> Result
  {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Swift.Result { try body() }) }
    }
  }
}
