// The memory that the C library keeps for this process.

import CLinux

/// This process's memory.
public enum ProcessMemory {
  /// Returns free memory to the system, wherever it lies in a heap. The heaps are locked in turn,
  /// for some ten milliseconds where there are hundreds of megabytes to return.
  public static func returnSpare() { linux_return_spare_memory() }
}
