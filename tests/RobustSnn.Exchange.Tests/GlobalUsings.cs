global using NUnit.Framework;
global using RobustSnn.Model;
