namespace Bus.Sagas;

/// <summary>Names this assembly for scans and tests.</summary>
public static class SagasAssembly;
