namespace Bus.Testing;

/// <summary>Names this assembly for scans and tests.</summary>
public static class TestingAssembly;
