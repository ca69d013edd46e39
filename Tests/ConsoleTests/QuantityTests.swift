@testable import Console
import Foundation
import Testing

@Suite struct QuantityTests {
    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KB"), (1536, "1.5 KB"), (10_240, "10 KB"), (1_048_064, "1.0 MB"),
            (1_048_575, "1.0 MB"), (134_217_728, "128 MB"), (-2048, "-2.0 KB"), (Int64.max, "8.0 EB"),
            (Int64.min, "-8.0 EB"),
        ] as [(Int64, String)])
    func `sizes in units of 1024`(count: Int64, text: String) {
        #expect(Quantity.bytes(count) == text)
    }

    @Test(
        arguments: [
            (.zero, "0 s"), (.microseconds(420), "420 µs"), (.microseconds(1500), "1.5 ms"),
            (.milliseconds(35), "35 ms"),
            (.microseconds(999_700), "1.0 s"), (.milliseconds(1200), "1.2 s"), (.seconds(42), "42 s"),
            (.milliseconds(59_700), "1 min"),
            (.seconds(200), "3 min 20 s"), (.seconds(3600), "1 h"), (.seconds(7500), "2 h 5 min"),
            (.seconds(86_399), "1 d"),
            (.seconds(356_400), "4 d 3 h"), (.milliseconds(-35), "-35 ms"),
        ] as [(Duration, String)])
    func `spans in their two largest units`(duration: Duration, text: String) {
        #expect(Quantity.duration(duration) == text)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_795_485_590, "2026-11-24T01:59:50Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"), (0.25, "1970-01-01T00:00:00.250Z"),
            (1.000_001, "1970-01-01T00:00:01.000001Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"), (253_402_300_800, "10000-01-01T00:00:00Z"),
            (.infinity, "infinity"),
            (-.infinity, "-infinity"),
        ] as [(Double, String)])
    func `times in ISO 8601`(seconds: Double, text: String) {
        #expect(UTCTime.iso8601(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test func `days agree with Foundation through four centuries`() throws {
        let style = Date.ISO8601FormatStyle()
        for day in stride(from: -80_000, to: 80_000, by: 7) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 3661)
            #expect(UTCTime.iso8601(date) == date.formatted(style))
        }
    }

    @Test func `numbers are rounded and grouped`() {
        #expect(Quantity.fixed(1.005, 2) == "1.00" || Quantity.fixed(1.005, 2) == "1.01")
        #expect(Quantity.fixed(-0.04, 1) == "0.0")
        #expect(Quantity.fixed(0.05, 1) == "0.1")
        #expect(Quantity.fixed(1234.5, 0) == "1235")
        #expect(Quantity.fixed(1e300, 2) == "1e+300")
        #expect(Quantity.grouped(1_234_567) == "1,234,567")
        #expect(Quantity.grouped(-123) == "-123")
        #expect(Quantity.grouped(.min) == "-9,223,372,036,854,775,808")
    }
}
