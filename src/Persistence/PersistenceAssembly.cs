namespace Bus.Persistence;

/// <summary>Names this assembly for scans and tests.</summary>
public static class PersistenceAssembly;
