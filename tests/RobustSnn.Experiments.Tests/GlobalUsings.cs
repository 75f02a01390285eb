global using RobustSnn.Model;
global using NUnit.Framework;
