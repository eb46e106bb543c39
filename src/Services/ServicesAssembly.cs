namespace Bus.Services;

/// <summary>Names this assembly for scans and tests.</summary>
public static class ServicesAssembly;
