/// A work that papers cite.
enum Reference: String, Sendable, CaseIterable {
  // What is replicated, and what it is compared with.
  case eaft, axolotl, dft, talr, razor
  // Models and data.
  case smollm2, gemma3, qwen3, lambada, squad, boolq, mmlu, hellaswag, arc, gsm8k, ifeval, numina
  // Training and evaluation.
  case adamw, harness, lessons
  // Statistics.
  case mcnemar, holm, tost, tango, grim, errorBars, signal, accuracy
  // Evidence.
  case merkle, repDL

  /// Authors, title, and where it is found.
  var entry: (authors: String, title: String, place: String) {
    switch self {
    case .eaft:
      (
        "M. Diao et al.",
        "Entropy-Adaptive Fine-Tuning: resolving confident conflicts to mitigate forgetting",
        "arXiv:2601.02151, 2026"
      )
    case .axolotl:
      (
        "Axolotl AI",
        "Axolotl, a framework for fine-tuning language models, and its post on Entropy-Adaptive Fine-Tuning",
        "https://huggingface.co/blog/axolotl-ai-co/eaft, 2026"
      )
    case .dft:
      (
        "Y. Wu et al.",
        "On the generalization of SFT: a reinforcement learning perspective with reward rectification",
        "arXiv:2508.05629, 2025"
      )
    case .talr:
      (
        "J. Lin et al.",
        "SFT doesn’t always hurt general capabilities: revisiting domain-specific fine-tuning in LLMs",
        "arXiv:2509.20758, 2025"
      )
    case .razor:
      (
        "I. Shenfeld, J. Pari and P. Agrawal",
        "RL’s Razor: why online reinforcement learning forgets less", "arXiv:2509.04259, 2025"
      )
    case .smollm2:
      (
        "L. Ben Allal et al.",
        "SmolLM2: when Smol goes big – data-centric training of a small language model",
        "arXiv:2502.02737, 2025"
      )
    case .gemma3: ("Gemma Team", "Gemma 3 technical report", "arXiv:2503.19786, 2025")
    case .qwen3: ("A. Yang et al.", "Qwen3 technical report", "arXiv:2505.09388, 2025")
    case .lambada:
      (
        "D. Paperno et al.",
        "The LAMBADA dataset: word prediction requiring a broad discourse context",
        "arXiv:1606.06031, 2016"
      )
    case .squad:
      (
        "P. Rajpurkar et al.", "SQuAD: 100,000+ questions for machine comprehension of text",
        "arXiv:1606.05250, 2016"
      )
    case .boolq:
      (
        "C. Clark et al.", "BoolQ: exploring the surprising difficulty of natural yes/no questions",
        "arXiv:1905.10044, 2019"
      )
    case .mmlu:
      (
        "D. Hendrycks et al.", "Measuring massive multitask language understanding",
        "arXiv:2009.03300, 2020"
      )
    case .hellaswag:
      (
        "R. Zellers et al.", "HellaSwag: can a machine really finish your sentence?",
        "arXiv:1905.07830, 2019"
      )
    case .arc:
      (
        "P. Clark et al.",
        "Think you have solved question answering? Try ARC, the AI2 Reasoning Challenge",
        "arXiv:1803.05457, 2018"
      )
    case .gsm8k:
      (
        "K. Cobbe et al.", "Training verifiers to solve math word problems",
        "arXiv:2110.14168, 2021"
      )
    case .ifeval:
      (
        "J. Zhou et al.", "Instruction-following evaluation for large language models",
        "arXiv:2311.07911, 2023"
      )
    case .numina:
      ("J. Li et al.", "NuminaMath", "https://huggingface.co/datasets/AI-MO/NuminaMath-CoT, 2024")
    case .adamw:
      (
        "I. Loshchilov and F. Hutter", "Decoupled weight decay regularization",
        "arXiv:1711.05101, 2017"
      )
    case .harness:
      (
        "L. Gao et al.", "The language model evaluation harness",
        "https://github.com/EleutherAI/lm-evaluation-harness"
      )
    case .lessons:
      (
        "S. Biderman et al.",
        "Lessons from the trenches on reproducible evaluation of language models",
        "arXiv:2405.14782, 2024"
      )
    case .mcnemar:
      (
        "Q. McNemar",
        "Note on the sampling error of the difference between correlated proportions or percentages",
        "Psychometrika 12, 1947"
      )
    case .holm:
      (
        "S. Holm", "A simple sequentially rejective multiple test procedure",
        "Scandinavian Journal of Statistics 6, 1979"
      )
    case .tost:
      (
        "D. J. Schuirmann",
        "A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of average bioavailability",
        "Journal of Pharmacokinetics and Biopharmaceutics 15, 1987"
      )
    case .tango:
      (
        "T. Tango",
        "Equivalence test and confidence interval for the difference in proportions for the paired-sample design",
        "Statistics in Medicine 17, 1998"
      )
    case .grim:
      (
        "N. J. L. Brown and J. A. J. Heathers",
        "The GRIM test: a simple technique detects numerous anomalies in the reporting of results in psychology",
        "Social Psychological and Personality Science 8, 2017"
      )
    case .errorBars:
      (
        "E. Miller",
        "Adding error bars to evals: a statistical approach to language model evaluations",
        "arXiv:2411.00640, 2024"
      )
    case .signal:
      (
        "D. Heineman et al.",
        "Signal and noise: a framework for reducing uncertainty in language model evaluation",
        "arXiv:2508.13144, 2025"
      )
    case .accuracy: ("A. Dutta et al.", "Accuracy is not all you need", "arXiv:2407.09141, 2024")
    case .merkle:
      (
        "R. C. Merkle", "A digital signature based on a conventional encryption function",
        "CRYPTO, 1987"
      )
    case .repDL:
      (
        "P. Xie et al.", "RepDL: bit-level reproducible deep learning training and inference",
        "arXiv:2510.09180, 2025"
      )
    }
  }
}
