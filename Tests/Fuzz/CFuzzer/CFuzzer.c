// A target needs a source file; the function is libFuzzer's.
