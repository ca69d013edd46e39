import Foundation
import PostgresClient
import RSSModel

/// A random number generator that gives the same numbers for the same seed on every machine: SplitMix64 (Steele, Lea,
/// Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct SeedRandom: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter stream: parts of the data that are made independently have streams of their own.
    init(seed: UInt64, stream: UInt64) {
        state = seed &+ stream &* 0xD1B5_4A32_D192_ED03
        _ = next()
    }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func pick<T>(_ values: [T]) -> T { values[Int(next() % UInt64(values.count))] }

    /// True that many times out of a hundred.
    mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// A number from 0 to 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A word for a remark, each half as common as the one before: the first is in a quarter of them, the last in one of a
    /// million. None in half of them.
    mutating func topic() -> String? {
        let rank = next().leadingZeroBitCount
        return (1...SeedVocabulary.topics.count).contains(rank) ? SeedVocabulary.topics[rank - 1] : nil
    }

    /// A small count with a long tail, of about this mean.
    mutating func count(mean: Double) -> Int { Int((-mean * Foundation.log(1 - fraction())).rounded()) }

    mutating func uuid(at date: Date) -> UUID { UUID.v7(at: date, using: &self) }
}

/// Picks indices such that the first is the commonest: 1/1, 1/2, 1/3, … (Zipf), as customers and technicians are spread.
struct ZipfPicker: Sendable {
    private let cumulative: [Double]

    init(count: Int) {
        var sum = 0.0
        cumulative = (1...count).map { rank in
            sum += 1 / Double(rank)
            return sum
        }
    }

    func pick(_ random: inout SeedRandom) -> Int {
        let target = random.fraction() * (cumulative.last ?? 1)
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] < target { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
