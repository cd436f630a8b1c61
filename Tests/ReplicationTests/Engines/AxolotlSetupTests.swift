import Files
import TestSupport
import Testing

@testable import Assets
@testable import Manifests
@testable import Replication

@Suite("What `engine setup axolotl` installs from") struct AxolotlSetupTests {
  /// A list of requirements: its name, the Python and the PyTorch that it is for, and what it cannot do without.
  struct List: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let python: String
    let torch: String
    let packages: [String]
  }

  static let lists = [
    List(
      testDescription: "0.19.0 for CPUs", bytes: PackageResources.axolotl_019_cpu_txt,
      python: "3.11", torch: "2.13.0+cpu", packages: ["axolotl==0.19.0", "transformers==5.16.1"]),
    List(
      testDescription: "0.19.0 for CUDA", bytes: PackageResources.axolotl_019_cuda_txt,
      python: "3.11", torch: "2.13.0",
      packages: ["axolotl==0.19.0", "transformers==5.16.1", "nvidia-nccl-cu13==2.29.7"]),
    List(
      testDescription: "0.21.0 for CPUs", bytes: PackageResources.axolotl_021_cpu_txt,
      python: "3.11", torch: "2.13.0+cpu", packages: ["axolotl==0.21.0", "transformers==5.20.1"]),
    List(
      testDescription: "0.21.0 for CUDA", bytes: PackageResources.axolotl_021_cuda_txt,
      python: "3.12", torch: "2.14.1",
      packages: ["axolotl==0.21.0", "transformers==5.20.1", "nvidia-nccl-cu13==2.30.7"]),
    List(
      testDescription: "evaluation on CPUs", bytes: PackageResources.evaluation_cpu_txt,
      python: "3.11", torch: "2.13.0+cpu", packages: ["lm_eval==0.4.13"]),
    List(
      testDescription: "evaluation with CUDA, Python 3.11",
      bytes: PackageResources.evaluation_311_cuda_txt, python: "3.11", torch: "2.13.0",
      packages: ["lm_eval==0.4.13"]),
    List(
      testDescription: "evaluation with CUDA, Python 3.12",
      bytes: PackageResources.evaluation_312_cuda_txt, python: "3.12", torch: "2.13.0",
      packages: ["lm_eval==0.4.13"]),
  ]

  /// The packages of a list with their versions, each of which has a digest.
  private func packages(_ bytes: [UInt8]) throws -> [String] {
    try String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
      let found = line.wholeMatch(of: /([A-Za-z0-9_.\-]+==[^ ]+) --hash=sha256:[0-9a-f]{64}/)
      return try String(#require(found, "\(line)").1)
    }
  }

  @Test("names a Python, one version of each package and a digest of each file", arguments: lists)
  func complete(list: List) throws {
    #expect(list.bytes.starts(with: "# python \(list.python)\n".utf8))
    let packages = try packages(list.bytes)
    let names = packages.map { $0.lowercased().replacing("-", with: "_").split(separator: "=")[0] }
    #expect(Set(names).count == names.count)
    for package in list.packages + ["torch==\(list.torch)"] {
      #expect(packages.contains(package), "\(package)")
    }
  }

  @Test("asks with the same versions whatever it is for, but for PyTorch")
  func sameEvaluation() throws {
    let scored = try Self.lists.suffix(3).map { list in
      Set(try packages(list.bytes).filter { !$0.hasPrefix("torch==") })
    }
    #expect(scored[0].isSubset(of: scored[1]) && scored[1] == scored[2])
  }

  @Test("does not take what was installed for CPUs for what GPUs need")
  func otherPlatform() throws {
    let folder = try TemporaryFolder()
    let environment = AxolotlEnvironment(.v019, in: ArtifactsFolder(folder.path))
    _ = try folder.write(
      PackageResources.axolotl_019_cpu_txt, to: "engines/axolotl-0.19.0/training.installed")
    let error = #expect(throws: EngineError.self) {
      try AxolotlSetup(environment, isForCUDA: true).run(Interruption()) { _ in }
    }
    #expect(error?.message.contains("is for CPUs only: remove that folder") == true)
  }
}
