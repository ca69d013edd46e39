import Foundation
import Glibc

/// How many bytes of a file are tokenized in a second of CPU time, the file being in memory.
@main struct TokenizerBenchmark {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            print("Usage: tokenizer FILE")
            exit(64)
        }
        let bytes = [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]), options: .alwaysMapped))
        let dialect = DialectDetector.detect(bytes.prefix(256 << 10), isWhole: false).dialect
        var rates: [Double] = []
        var (records, fields) = (0, 0)
        for _ in 0..<7 {
            (records, fields) = (0, 0)
            let begun = seconds()
            var tokenizer = Tokenizer(dialect)
            bytes.withUnsafeBytes { bytes in
                var offset = 0
                while offset < bytes.count {
                    let end = min(bytes.count, offset + 256 << 10)
                    let batch = tokenizer.feed(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
                    records += batch.count
                    fields += batch.last.map { $0.count } ?? 0
                    tokenizer.reuse(batch)
                    offset = end
                }
            }
            records += tokenizer.finish().count
            rates.append(Double(bytes.count) / (seconds() - begun) / 1e9)
        }
        rates.sort()
        print(
            "\(records) records, \(String(format: "%.2f", rates[rates.count / 2])) GB per CPU second (best \(String(format: "%.2f", rates.last ?? 0)))"
        )
    }

    /// CPU time of this process.
    static func seconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func value(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return value(usage.ru_utime) + value(usage.ru_stime)
    }
}
