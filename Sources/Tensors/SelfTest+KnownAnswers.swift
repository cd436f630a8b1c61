extension SelfTest {
  /// The right answers of this version, on any CPU.
  ///
  /// Whoever changes the numerics or a test on purpose renews them with `scripts/renew-known-answers.sh`, which takes
  /// them from `replicate doctor --json`.
  package static let knownAnswers = SelfTest(
    answers: [
      Answer(test: "adamw", digest: 0x43c0_509a_6dad_82c7),
      Answer(test: "adamw_bfloat16", digest: 0x5915_164f_ceb7_d48f),
      Answer(test: "divergence", digest: 0xb6df_5d8b_74a0_c7fd),
      Answer(test: "double_exp", digest: 0xdc1e_7f8e_3570_2fef),
      Answer(test: "double_log", digest: 0x3343_a942_7ad8_b6d4),
      Answer(test: "double_power", digest: 0x8ea9_9eb9_81e3_8da0),
      Answer(test: "double_sine_cosine", digest: 0xe80d_89d6_231b_1072),
      Answer(test: "erf", digest: 0xcb7f_9ff5_be29_101c),
      Answer(test: "exp", digest: 0x535e_fa14_c739_4624),
      Answer(test: "gelu_gate", digest: 0x76b7_0340_bebd_0b92),
      Answer(test: "log", digest: 0x1e54_c47d_5b39_5f54),
      Answer(test: "log_sum_exp", digest: 0x1936_01ae_feb0_c57f),
      Answer(test: "matrix_add", digest: 0x94c4_339d_d911_727c),
      Answer(test: "matrix_bfloat16", digest: 0x6dd8_917a_4643_71e9),
      Answer(test: "matrix_bfloat16_units", digest: 0xa1a4_5993_34b9_1737),
      Answer(test: "matrix_continue", digest: 0x519c_fd9f_4adc_4e58),
      Answer(test: "matrix_replace", digest: 0xd1d7_7acf_43be_156f),
      Answer(test: "matrix_rows_alone", digest: 0x4550_91b8_3d17_a428),
      Answer(test: "matrix_rows_in_whole", digest: 0x4550_91b8_3d17_a428),
      Answer(test: "objective", digest: 0xe3bc_2b9a_ae02_3d87),
      Answer(test: "random_normals", digest: 0x3cf6_ca50_b95c_6fe9),
      Answer(test: "random_words", digest: 0x5af9_8500_9274_65fe),
      Answer(test: "rms_norm", digest: 0x33fb_3280_af3a_7826),
      Answer(test: "rms_norm_gradients", digest: 0x0767_259a_1a1e_f4b7),
      Answer(test: "rotary", digest: 0x94de_077e_f38c_465d),
      Answer(test: "round_bfloat16", digest: 0x232c_cc12_db07_f55a),
      Answer(test: "silu_gate", digest: 0x4dc3_1efb_cb69_c052),
      Answer(test: "softmax", digest: 0xf424_79dd_7405_3419),
      Answer(test: "sum_of_squares", digest: 0x4a74_b56e_d863_1dd1),
      Answer(test: "sums", digest: 0x28fc_457d_4ff6_5ed0),
      Answer(test: "tanh", digest: 0x150d_032d_f9ca_59ba),
    ])
}
